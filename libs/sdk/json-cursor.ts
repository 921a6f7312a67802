import { CODE, isSpace, stringEnd, tokenEnd } from './json-text.js';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** A place in a JSON text. Every step goes forward, or throws a SyntaxError where the text is no JSON. */
export class JsonCursor {
  private at = 0;

  constructor(private readonly text: string) {}

  /** What kind of value begins here. */
  next(): 'string' | 'object' | 'array' | 'token' {
    this.skipSpaces();
    switch (this.text.charCodeAt(this.at)) {
      case CODE.quote:
        return 'string';
      case CODE.openBrace:
        return 'object';
      case CODE.openBracket:
        return 'array';
      default:
        return 'token';
    }
  }

  /** A string as it is spelled, with its quotes; its escapes are not checked. */
  string(): string {
    this.skipSpaces();
    if (this.text.charCodeAt(this.at) !== CODE.quote) throw this.notJson();
    const raw = this.slice(stringEnd(this.text, this.at));
    if (raw.length < 2 || !raw.endsWith('"')) throw this.notJson();
    return raw;
  }

  /** The key of a member, as it is spelled; the cursor is at its value then. */
  key(): string {
    const key = this.string();
    this.take(CODE.colon);
    return key;
  }

  /** A number or a word, as it is spelled. */
  token(): string {
    this.skipSpaces();
    const token = this.at < this.text.length ? this.slice(tokenEnd(this.text, this.at)) : '';
    if (WORDS.has(token) || NUMBER.test(token)) return token;
    throw this.notJson();
  }

  /** Enters an object or array. Says whether it holds anything. */
  opens(kind: 'object' | 'array'): boolean {
    this.at += 1;
    return !this.skips(closing(kind));
  }

  /** Leaves a member or an element. Says whether another one follows. */
  goesOn(kind: 'object' | 'array'): boolean {
    if (this.skips(closing(kind))) return false;
    this.take(CODE.comma);
    return true;
  }

  /** Makes sure that nothing follows. */
  end(): void {
    this.skipSpaces();
    if (this.at < this.text.length) throw this.notJson();
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

  private notJson(): SyntaxError {
    return new SyntaxError(`no JSON at character ${this.at}`);
  }
}

const closing = (kind: 'object' | 'array'): number => (kind === 'object' ? CODE.closeBrace : CODE.closeBracket);
