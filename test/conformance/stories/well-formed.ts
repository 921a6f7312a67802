import { Broken, expectObject } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';

/** What a member of an answer can be. */
const KINDS = {
  text: (value: unknown) => typeof value === 'string' && value !== '',
  'text or null': (value: unknown) => typeof value === 'string' || value === null,
  object: isObject,
  list: (value: unknown) => Array.isArray(value),
} as const;
export type Kind = keyof typeof KINDS;

/** The member is there, and of this kind. */
export function expectKind(answer: Answer, name: string, kind: Kind): void {
  const value = expectObject(answer)[name];
  if (!KINDS[kind](value)) throw new Broken(`${answer.story}; expected ${name} to be ${kind}, not ${JSON.stringify(value)}`);
}

/** A JSON object, whose members are of these kinds where they are there. */
export function expectWellFormed(answer: Answer, kinds: Readonly<Record<string, Kind>>): void {
  const body = expectObject(answer);
  for (const [name, kind] of Object.entries(kinds)) if (name in body) expectKind(answer, name, kind);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
