import { isRawNumber } from '#sdk';

/** Why an offering, a plan or a value in it cannot be published: one sentence that names the place and the rule. */
export class NotPublishable extends Error {
  override readonly name = 'NotPublishable';
}

const MAX_DEPTH = 64;

/**
 * A private copy of a JSON value, so that no backend can change a catalog after it was checked.
 *
 * Refuses what JSON, Postgres or a platform's parser cannot hold: functions, cycles and other endless nesting, U+0000,
 * half surrogate pairs, a key `__proto__`.
 *
 * @throws NotPublishable
 */
export function plainJson(value: unknown, at: string, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new NotPublishable(`${at} is nested deeper than ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case 'string':
      return checkedText(value, at);
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotPublishable(`${at} is not a JSON number`);
      return value;
    case 'object':
      if (value === null || isRawNumber(value)) return value;
      if (Array.isArray(value)) return value.map((item, index) => plainJson(item, `${at}[${index}]`, depth + 1));
      return plainObject(value, at, depth);
    default:
      throw new NotPublishable(`${at} is not JSON`);
  }
}

function plainObject(value: object, at: string, depth: number): Record<string, unknown> {
  // By its tag, not its prototype: values may come from another realm (worker threads, vm contexts).
  if (Object.prototype.toString.call(value) !== '[object Object]') throw new NotPublishable(`${at} is not JSON`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.map(([key, member]) => [checkedKey(key, at), plainJson(member, `${at}.${key}`, depth + 1)]),
  );
}

function checkedKey(key: string, at: string): string {
  if (key === '__proto__') throw new NotPublishable(`${at} has a key "__proto__", which is not allowed`);
  return checkedText(key, `a key of ${at}`);
}

function checkedText(text: string, at: string): string {
  if (text.includes('\0')) throw new NotPublishable(`${at} has the character U+0000, which is not allowed`);
  if (!text.isWellFormed()) throw new NotPublishable(`${at} has half a surrogate pair, which is not allowed`);
  return text;
}
