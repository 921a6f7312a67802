import { JSON_LIMITS, JsonTextError, type JsonLimits } from './json-limits.js';
import { rawMembersOf } from './json-members.js';

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
 * Refuses what would hurt further in: what is beyond the limits, before any of it is parsed; a key `__proto__`; and
 * U+0000 (Postgres cannot hold it, and no backend should have to).
 *
 * @throws JsonTextError
 */
export function parseRawObject(text: string, limits: JsonLimits = JSON_LIMITS): RawObject {
  const slices = rawMembersOf(text, limits);
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonTextError('the body must be a JSON object');
  }
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

/** What is in the record was checked when it came in, maybe by a release with other limits. */
const NO_LIMITS: JsonLimits = { maxDepth: Infinity, maxValues: Infinity, maxNumberLength: Infinity };

/**
 * The members of `changes` put over those of `base`, each with its own bytes. An absent or empty `changes` changes
 * nothing (Cloud Controller sends `{}` when the user gave none).
 */
export function mergeRawObjects(base: string | undefined, changes: string | undefined): string | undefined {
  if (changes === undefined || base === undefined) return changes ?? base;
  const members = new Map([...rawMembersOf(base, NO_LIMITS), ...rawMembersOf(changes, NO_LIMITS)]);
  return `{${[...members].map(([key, raw]) => `${JSON.stringify(key)}:${raw}`).join(',')}}`;
}
