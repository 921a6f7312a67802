import { JsonCursor } from './json-cursor.js';
import { JSON_LIMITS } from './json-limits.js';

/**
 * One text for all spellings of the same value: keys sorted, numbers by value (`1`, `1.0` and `10e-1` are one, integers
 * over 2^53 stay apart). Two requests are identical when these texts are equal. Takes time linear in the length.
 *
 * @throws SyntaxError where the text is no JSON
 */
export function canonicalJson(raw: string): string {
  const cursor = new JsonCursor(raw);
  const text = canonical(cursor);
  cursor.end();
  return text;
}

function canonical(cursor: JsonCursor): string {
  const kind = cursor.next();
  switch (kind) {
    case 'string':
      return canonicalString(cursor.string());
    case 'object':
      return canonicalObject(cursor);
    case 'array':
      return canonicalArray(cursor);
    case 'token':
      return canonicalToken(cursor.token());
  }
}

/** Put together by `+`: a join at every level would copy the innermost text once per level. */
function canonicalObject(cursor: JsonCursor): string {
  const members = new Map<string, string>();
  for (let more = cursor.opens('object'); more; more = cursor.goesOn('object')) {
    const key = canonicalString(cursor.key());
    members.set(key, canonical(cursor));
  }
  let text = '';
  for (const key of [...members.keys()].toSorted()) text += `${text === '' ? '{' : ','}${key}:${members.get(key)}`;
  return text === '' ? '{}' : `${text}}`;
}

function canonicalArray(cursor: JsonCursor): string {
  let text = '';
  for (let more = cursor.opens('array'); more; more = cursor.goesOn('array')) {
    text += `${text === '' ? '[' : ','}${canonical(cursor)}`;
  }
  return text === '' ? '[]' : `${text}]`;
}

const canonicalString = (raw: string): string => (raw.includes('\\') ? JSON.stringify(JSON.parse(raw)) : raw);

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** So that a power of ten and the length of a number add up exactly. */
const MAX_EXPONENT_CHARACTERS = 15;

/**
 * Numbers exactly: digits without zeros at either end and a power of ten, so that no rounding joins two of them. Longer
 * ones than are taken in, which an older release may have stored, and exponents no system can hold count as they are
 * spelled.
 */
function canonicalToken(token: string): string {
  if (token.length > JSON_LIMITS.maxNumberLength) return token;
  const [match, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(token) ?? [];
  if (match === undefined || exponent.length > MAX_EXPONENT_CHARACTERS) return token;
  const digits = whole + fraction;
  const [from, to] = [firstNonZero(digits), lastNonZero(digits)];
  if (from > to) return '0';
  const power = Number(exponent) - fraction.length + digits.length - 1 - to;
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
