import { JsonTextError, type JsonLimits } from './json-limits.js';
import { CODE, isSpace, stringEnd, tokenEnd } from './json-text.js';

/**
 * The raw text of each top-level member of a JSON object, in one pass. Of a repeated key the last one counts.
 *
 * The text need not be valid JSON: whatever it is, this ends after one pass, and `JSON.parse` has the last word. Checks
 * the limits, and refuses keys `__proto__` and U+0000 on the way.
 *
 * @throws JsonTextError
 */
export function rawMembersOf(text: string, limits: JsonLimits): Map<string, string> {
  return new MemberScan(text, limits).run();
}

class MemberScan {
  private readonly members = new Map<string, string>();
  /** Whether each open container is an object. */
  private readonly open: boolean[] = [];
  private values = 0;
  private isKeyNext = false;
  private key: string | undefined;
  private memberStart = 0;

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
  ) {}

  run(): Map<string, string> {
    const { text } = this;
    let at = 0;
    while (at < text.length) at = this.step(text.charCodeAt(at), at);
    return this.members;
  }

  /** Takes what begins at `at`, and says where the next begins. */
  private step(code: number, at: number): number {
    switch (code) {
      case CODE.quote:
        return this.takeString(at);
      case CODE.openBrace:
      case CODE.openBracket:
        this.openContainer(code === CODE.openBrace);
        return at + 1;
      case CODE.closeBrace:
      case CODE.closeBracket:
        this.closeMember(at);
        this.open.pop();
        this.isKeyNext = false;
        return at + 1;
      case CODE.comma:
        this.closeMember(at);
        this.isKeyNext = this.open.at(-1) === true;
        return at + 1;
      case CODE.colon:
        if (this.open.length === 1) this.memberStart = at + 1;
        return at + 1;
      default:
        return isSpace(code) ? at + 1 : this.takeToken(at);
    }
  }

  private takeString(at: number): number {
    const end = stringEnd(this.text, at);
    const raw = this.text.slice(at, end);
    if (!this.isKeyNext) {
      this.countValue();
      if (raw.includes(ESCAPED_NUL)) refuseNul(decoded(raw));
      return end;
    }
    const key = decoded(raw);
    refuseNul(key);
    if (key === '__proto__') throw new JsonTextError('the key "__proto__" is not allowed');
    if (this.open.length === 1) this.key = key;
    this.isKeyNext = false;
    return end;
  }

  private takeToken(at: number): number {
    this.countValue();
    const end = tokenEnd(this.text, at);
    const { maxNumberLength } = this.limits;
    if (end - at > maxNumberLength) throw new JsonTextError(`a number has more than ${inWords(maxNumberLength)} characters`);
    return end;
  }

  private openContainer(isObject: boolean): void {
    this.countValue();
    this.open.push(isObject);
    const { maxDepth } = this.limits;
    if (this.open.length > maxDepth) throw new JsonTextError(`the body is nested deeper than ${maxDepth} levels`);
    this.isKeyNext = isObject;
  }

  private closeMember(end: number): void {
    if (this.open.length !== 1 || this.key === undefined) return;
    this.members.set(this.key, this.text.slice(this.memberStart, end).trim());
    this.key = undefined;
  }

  private countValue(): void {
    this.values += 1;
    const { maxValues } = this.limits;
    if (this.values > maxValues) throw new JsonTextError(`the body has more than ${inWords(maxValues)} values`);
  }
}

const ESCAPED_NUL = String.raw`\u0000`;

const inWords = (count: number): string => count.toLocaleString('en');

function refuseNul(text: string): void {
  if (text.includes('\0')) throw new JsonTextError('the character U+0000 (\\u0000) is not allowed');
}

function decoded(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    return JSON.parse(raw) as string;
  } catch {
    throw new JsonTextError('the body is not valid JSON');
  }
}
