/** Character codes of JSON's syntax. */
export const CODE = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const SYNTAX: ReadonlySet<number> = new Set(Object.values(CODE));

export const isSpace = (code: number): boolean => SPACES.has(code);

/** Index behind the string that is opened at `start`; the length of the text where it is never closed. */
export function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === CODE.quote) return at + 1;
    at += code === CODE.backslash ? 2 : 1;
  }
  return text.length;
}

/** Index behind the number or word that begins at `start`, at least one character further. */
export function tokenEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (SYNTAX.has(code) || SPACES.has(code)) return at;
    at += 1;
  }
  return at;
}
