import { JSON_LIMITS } from './json-limits.js';
import { CODE, isSpace, stringEnd, tokenEnd } from './json-text.js';

/**
 * One text for all spellings of the same value: keys sorted, numbers by value (`1`, `1.0` and `10e-1` are one, integers
 * over 2^53 stay apart). Two requests are identical when these texts are equal. Takes time linear in the length.
 *
 * @throws SyntaxError where the text is no JSON
 */
export function canonicalJson(raw: string): string {
  return new Canonical(raw).write();
}

class Canonical {
  private at = 0;

  constructor(private readonly text: string) {}

  write(): string {
    const value = this.value();
    this.skipSpaces();
    if (this.at < this.text.length) throw this.notJson();
    return value;
  }

  private value(): string {
    this.skipSpaces();
    switch (this.text.charCodeAt(this.at)) {
      case CODE.quote:
        return this.string();
      case CODE.openBrace:
        return this.object();
      case CODE.openBracket:
        return this.array();
      default:
        return this.token();
    }
  }

  private object(): string {
    const members = new Map<string, string>();
    for (let more = this.opens(CODE.closeBrace); more; more = this.goesOn(CODE.closeBrace)) {
      this.skipSpaces();
      const key = this.string();
      this.take(CODE.colon);
      members.set(key, this.value());
    }
    // Put together by `+`: a join at every level would copy the innermost text once per level.
    let text = '';
    for (const key of [...members.keys()].toSorted()) text += `${text === '' ? '{' : ','}${key}:${members.get(key)}`;
    return text === '' ? '{}' : `${text}}`;
  }

  private array(): string {
    let text = '';
    for (let more = this.opens(CODE.closeBracket); more; more = this.goesOn(CODE.closeBracket)) {
      text += `${text === '' ? '[' : ','}${this.value()}`;
    }
    return text === '' ? '[]' : `${text}]`;
  }

  private string(): string {
    if (this.text.charCodeAt(this.at) !== CODE.quote) throw this.notJson();
    const raw = this.slice(stringEnd(this.text, this.at));
    if (raw.length < 2 || !raw.endsWith('"')) throw this.notJson();
    return raw.includes('\\') ? JSON.stringify(JSON.parse(raw)) : raw;
  }

  private token(): string {
    const token = this.at < this.text.length ? this.slice(tokenEnd(this.text, this.at)) : '';
    if (token === 'true' || token === 'false' || token === 'null') return token;
    return canonicalNumber(token) ?? this.fail();
  }

  /** Enters a container. Says whether it holds anything. */
  private opens(closing: number): boolean {
    this.at += 1;
    return !this.skips(closing);
  }

  /** Leaves a member or an element. Says whether another one follows. */
  private goesOn(closing: number): boolean {
    if (this.skips(closing)) return false;
    this.take(CODE.comma);
    return true;
  }

  private take(code: number): void {
    if (!this.skips(code)) throw this.notJson();
  }

  private skips(code: number): boolean {
    this.skipSpaces();
    const isThere = this.text.charCodeAt(this.at) === code;
    if (isThere) this.at += 1;
    return isThere;
  }

  private skipSpaces(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at += 1;
  }

  private slice(end: number): string {
    const part = this.text.slice(this.at, end);
    this.at = end;
    return part;
  }

  private fail(): never {
    throw this.notJson();
  }

  private notJson(): SyntaxError {
    return new SyntaxError(`no JSON at character ${this.at}`);
  }
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Exact: digits without zeros at either end and a power of ten, so that no rounding joins two numbers. Longer ones than
 * are taken in, which an older release may have stored, count as they are spelled.
 */
function canonicalNumber(source: string): string | undefined {
  const [match, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(source) ?? [];
  if (match === undefined || source.length > JSON_LIMITS.maxNumberLength) return match;
  const digits = whole + fraction;
  const [from, to] = [firstNonZero(digits), lastNonZero(digits)];
  if (from > to) return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - 1 - to);
  return `${sign}${digits.slice(from, to + 1)}e${power}`;
}

function firstNonZero(digits: string): number {
  let at = 0;
  while (digits[at] === '0') at += 1;
  return at;
}

/** Not `/0+$/`, which starts anew at every zero. */
function lastNonZero(digits: string): number {
  let at = digits.length - 1;
  while (digits[at] === '0') at -= 1;
  return at;
}
