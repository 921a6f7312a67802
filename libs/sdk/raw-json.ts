/**
 * A JSON value together with the bytes it arrived in. `parameters`, `context` and `credentials` travel as these:
 * `JSON.parse` alone damages integers over 2^53, rewrites `1.0` and reorders numeric keys (decision: lossless JSON).
 */
export interface RawJson<T = unknown> {
  /** The JSON text exactly as received. */
  readonly raw: string;
  /** What `JSON.parse(raw)` gives; read from it, never serialise it again. */
  readonly value: T;
}

/** Why a JSON text was refused; the message names the place and is safe to show to the caller. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
}

/** Limits of a document the gateway takes in. */
export interface JsonLimits {
  /** Deepest nesting of objects and arrays. */
  readonly maxDepth: number;
}

const DEFAULT_LIMITS: JsonLimits = { maxDepth: 64 };

/** Wraps a value made in this process. */
export function toRawJson<T>(value: T): RawJson<T> {
  return { raw: JSON.stringify(value), value };
}

/** Parses a text that was checked before, for example one read back from the store. */
export function fromRawJson<T = unknown>(raw: string): RawJson<T> {
  return { raw, value: JSON.parse(raw) as T };
}

/** A JSON object with its members sliced out as raw text. Of a repeated key the last one counts, as in `JSON.parse`. */
export interface RawObject {
  readonly value: Record<string, unknown>;
  /** The member with its bytes; undefined when it is absent or null. */
  member(name: string): RawJson | undefined;
}

/**
 * Parses a JSON document whose root is an object.
 *
 * Refuses what would hurt further in: nesting deeper than the limit, a key `__proto__`, and U+0000 (Postgres cannot
 * hold it, and no backend should have to).
 *
 * @throws JsonTextError
 */
export function parseRawObject(text: string, limits: JsonLimits = DEFAULT_LIMITS): RawObject {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonTextError('the body must be a JSON object');
  }
  const slices = scan(text, limits);
  const members = value as Record<string, unknown>;
  return {
    value: members,
    member(name) {
      const raw = slices.get(name);
      const found = members[name];
      return raw === undefined || found === null || found === undefined ? undefined : { raw, value: found };
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonTextError('the body is not valid JSON');
  }
}

/** One pass over a valid JSON text: the raw text of each top-level member, checking depth, keys and NUL on the way. */
function scan(text: string, limits: JsonLimits): Map<string, string> {
  const members = new Map<string, string>();
  const open: string[] = [];
  let keyNext = false;
  let key: string | undefined;
  let start = 0;
  const closeMember = (end: number): void => {
    if (open.length !== 1 || key === undefined) return;
    members.set(key, text.slice(start, end).trim());
    key = undefined;
  };

  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    switch (char) {
      case '"': {
        const end = stringEnd(text, at);
        const content = checkedString(text.slice(at, end + 1), keyNext);
        if (keyNext && open.length === 1) key = content;
        keyNext = false;
        at = end;
        break;
      }
      case '{':
      case '[':
        open.push(char);
        if (open.length > limits.maxDepth) {
          throw new JsonTextError(`the body is nested deeper than ${limits.maxDepth} levels`);
        }
        keyNext = char === '{';
        break;
      case '}':
      case ']':
        closeMember(at);
        open.pop();
        keyNext = false;
        break;
      case ',':
        closeMember(at);
        keyNext = open.at(-1) === '{';
        break;
      case ':':
        if (open.length === 1) start = at + 1;
        break;
    }
  }
  return members;
}

/** Index of the quote that closes the string opened at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function checkedString(raw: string, isKey: boolean): string | undefined {
  if (!isKey && !raw.includes('\\u0000')) return undefined;
  const content = JSON.parse(raw) as string;
  if (content.includes('\0')) throw new JsonTextError('the character U+0000 (\\u0000) is not allowed');
  if (isKey && content === '__proto__') throw new JsonTextError('the key "__proto__" is not allowed');
  return content;
}

/**
 * One text for all spellings of the same value: keys sorted, numbers by value (`1`, `1.0` and `10e-1` are one, integers
 * over 2^53 stay apart). Two requests are identical when these texts are equal.
 */
export function canonicalJson(raw: string): string {
  return serialise(parseKeepingNumbers(raw));
}

class NumberText {
  constructor(readonly text: string) {}
}

type NumberReviver = (key: string, value: unknown, context: { source?: string }) => unknown;

function parseKeepingNumbers(raw: string): unknown {
  const keep: NumberReviver = (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? new NumberText(canonicalNumber(source)) : value;
  return JSON.parse(raw, keep as Parameters<typeof JSON.parse>[1]);
}

/** Exact: digits without zeros at either end and a power of ten, so that no rounding joins two numbers. */
function canonicalNumber(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

function serialise(value: unknown): string {
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map(serialise).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${serialise(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * The members of `changes` put over those of `base`, each with its own bytes. An absent or empty `changes` changes
 * nothing (Cloud Controller sends `{}` when the user gave none).
 */
export function mergeRawObjects(base: string | undefined, changes: string | undefined): string | undefined {
  if (changes === undefined || base === undefined) return changes ?? base;
  const members = new Map([...scan(base, DEFAULT_LIMITS), ...scan(changes, DEFAULT_LIMITS)]);
  return `{${[...members].map(([key, raw]) => `${JSON.stringify(key)}:${raw}`).join(',')}}`;
}
