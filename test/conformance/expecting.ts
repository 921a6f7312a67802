import type { Answer, JsonObject } from './wire/answer.js';

/** A rule is broken; the message tells by which answer. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** The row means nothing for this broker, as was seen only while it was played. */
export class Inapplicable extends Error {
  override readonly name = 'Inapplicable';
}

/** The answer has one of these statuses. */
export function expectStatus(answer: Answer, ...statuses: readonly number[]): void {
  if (statuses.includes(answer.status)) return;
  throw new Broken(`${answer.story}; expected ${anyOf(statuses)}`);
}

/** The answer has none of these statuses. */
export function expectNoStatus(answer: Answer, ...statuses: readonly number[]): void {
  if (!statuses.includes(answer.status)) return;
  throw new Broken(`${answer.story}; expected anything but ${anyOf(statuses)}`);
}

/** The broker did not break down over the request, nor fell silent. */
export function expectNoBreakdown(answer: Answer): void {
  if (answer.status > 0 && answer.status < 500) return;
  throw new Broken(`${answer.story}; expected no breakdown`);
}

/** The body is a JSON object; gives it. */
export function expectObject(answer: Answer): JsonObject {
  const { object } = answer;
  if (object) return object;
  throw new Broken(`${answer.story}; expected a JSON object for a body`);
}

/** A refusal with this status and a JSON object, with this error word if one is given. */
export function expectRefusal(answer: Answer, status: number | readonly number[], error?: string): void {
  expectStatus(answer, ...[status].flat());
  const { error: word } = expectObject(answer);
  if (error !== undefined && word !== error) throw new Broken(`${answer.story}; expected the error ${error}`);
}

/** A refusal that tells people why. */
export function expectDescription(answer: Answer, pattern = /\S/): void {
  const { description } = expectObject(answer);
  if (typeof description === 'string' && pattern.test(description)) return;
  throw new Broken(`${answer.story}; expected a description${pattern.source === String.raw`\S` ? '' : ` like ${String(pattern)}`}`);
}

/** A member of the body has this JSON value. */
export function expectMember(answer: Answer, name: string, value: unknown): void {
  const found = expectObject(answer)[name];
  if (sameJson(found, value)) return;
  throw new Broken(`${answer.story}; expected ${name} to be ${JSON.stringify(value)}`);
}

/** Members the body must not have. */
export function expectNone(answer: Answer, ...names: readonly string[]): void {
  const found = names.filter((name) => name in answer.body);
  if (found.length > 0) throw new Broken(`${answer.story}; expected no ${found.join(', ')}`);
}

/** Two answers with the same JSON value in a member, such as `operation`. */
export function expectSame(first: Answer, second: Answer, ...names: readonly string[]): void {
  const different = names.find((name) => !sameJson(first.body[name], second.body[name]));
  if (different === undefined) return;
  throw new Broken(`${second.story}; expected the same ${different} as before, when ${first.story}`);
}

/** Anything else; the sentence says what is wrong. */
export function expectThat(right: boolean, wrong: string): asserts right {
  if (!right) throw new Broken(wrong);
}

/** JSON values are compared, not texts: the order of members does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as JsonObject, b as JsonObject];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]));
}

function anyOf(statuses: readonly number[]): string {
  return statuses.length < 2 ? String(statuses[0]) : `${statuses.slice(0, -1).join(', ')} or ${String(statuses.at(-1))}`;
}
