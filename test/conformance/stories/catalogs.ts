import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { Broken, Inapplicable, sameJson } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';
import { isObject } from './well-formed.js';

/** A part of the catalog, as messages call it, with its members; none where it is no object. */
export interface Entry {
  readonly called: string;
  readonly members: JsonObject;
}

/** The catalog, read once more. */
export const catalogAgain = (broker: BrokerUnderTest): Promise<Answer> => broker.send('GET', '/v2/catalog');

/** Every service offering, whatever it looks like. */
export function offerings({ services }: JsonObject): Entry[] {
  return listed(services).map((service, index) => entry(service, `services[${index}]`));
}

/** The plans of a service, whatever they look like. */
export function plansOf({ called, members }: Entry): Entry[] {
  return listed(members['plans']).map((plan, index) => entry(plan, `${called}.plans[${index}]`));
}

/** Every plan of every service. */
export const allPlans = (catalog: JsonObject): Entry[] => offerings(catalog).flatMap(plansOf);

/** These objects inside, such as metadata; entries without one are left out. */
export function inside(entries: readonly Entry[], name: string): Entry[] {
  return entries
    .filter(({ members }) => isObject(members[name]))
    .map(({ called, members }) => ({ called: `${called}.${name}`, members: members[name] as JsonObject }));
}

/** Those that have the member. @throws Inapplicable where none has */
export function having(entries: readonly Entry[], ...names: readonly string[]): Entry[] {
  const found = entries.filter(({ members }) => names.some((name) => name in members));
  if (found.length > 0) return found;
  throw new Inapplicable(`the broker lacks ${names.join(' or ')} in its catalog`);
}

export type Rule = (value: unknown) => boolean;

export const isText: Rule = (value) => typeof value === 'string' && value.trim() !== '';
export const isFlag: Rule = (value) => typeof value === 'boolean';
export const isListOf =
  (rule: Rule): Rule =>
  (value) =>
    Array.isArray(value) && value.every(rule);

/** Each has the member, and it keeps the rule. */
export function expectEach(entries: readonly Entry[], name: string, rule: Rule, told: string): void {
  for (const { called, members } of entries) {
    if (!rule(members[name])) throw new Broken(`${called}.${name} is ${shown(members[name])}; expected ${told}`);
  }
}

/** Where the member is, it keeps the rule. @throws Inapplicable where it is nowhere */
export function expectWhereThere(entries: readonly Entry[], name: string, rule: Rule, told: string): void {
  expectEach(having(entries, name), name, rule, told);
}

/** No two have the same value there. */
export function expectUnique(entries: readonly Entry[], name: string): void {
  const first = new Map<unknown, string>();
  for (const { called, members } of entries) {
    const value = members[name];
    const before = first.get(value);
    if (before !== undefined) throw new Broken(`${called}.${name} is ${shown(value)}, as that of ${before} is; expected another`);
    first.set(value, called);
  }
}

/** Members that must not be there, such as a common misspelling. */
export function expectNowhere(entries: readonly Entry[], name: string, told: string): void {
  const found = entries.find(({ members }) => name in members);
  if (found) throw new Broken(`${found.called} has ${name}; expected ${told}`);
}

/**
 * What these have besides members with a meaning is told the same when the catalog is read again.
 * @throws Inapplicable where there is nothing else
 */
export async function expectKept(
  broker: BrokerUnderTest,
  entries: (catalog: JsonObject) => readonly Entry[],
  known: ReadonlySet<string>,
): Promise<void> {
  const before = beside(entries(broker.catalog), known);
  const names = Object.keys(before).join(', ');
  if (names === '') throw new Inapplicable('the broker lacks extensions of the specification in its catalog');
  const after = beside(entries((await broker.once(catalogAgain)).body), known);
  if (!sameJson(before, after)) throw new Broken(`the catalog was read twice; expected ${names} both times, and the same`);
}

/** By where it is. */
function beside(entries: readonly Entry[], known: ReadonlySet<string>): JsonObject {
  const own = entries.flatMap(({ called, members }) => Object.entries(members).flatMap(([name, value]) => (known.has(name) ? [] : [[`${called}.${name}`, value]])));
  return Object.fromEntries(own) as JsonObject;
}

function entry(value: unknown, place: string): Entry {
  const members = isObject(value) ? value : {};
  const { name } = members;
  return { called: typeof name === 'string' ? `${place} (${name})` : place, members };
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const SHOWN_CHARACTERS = 120;

export function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
