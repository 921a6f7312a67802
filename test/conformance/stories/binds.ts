import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Binding } from '../broker/resources.js';
import { Inapplicable } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const incomplete = { incomplete: true };

export const APP = '3c9d0f52-7f4e-4f0b-8d55-0c1b6f7f2a11';
const TO_ROUTE = { bind_resource: { route: 'conformance.example.com' } };

/** What binds of these parts have to name. */
const BIND_RESOURCES: Readonly<Partial<Record<Role, JsonObject>>> = {
  requiresApp: { bind_resource: { app_guid: APP } },
  routeService: TO_ROUTE,
  managedRoutes: TO_ROUTE,
};

const ROLES = [
  'anyBindable',
  'asyncBinding',
  'rotatable',
  'withSchemas',
  'requiresApp',
  'logDrain',
  'routeService',
  'managedRoutes',
  'volume',
  'describedBinding',
] as const satisfies readonly Role[];

export interface Bound {
  readonly role: Role;
  readonly binding: Binding;
  readonly first: Answer;
  /** The same bind again when the first one is over. */
  readonly again: Answer;
  /** Undefined where the service is not announced to tell. */
  readonly fetched: Answer | undefined;
}

/** A bind with accepts_incomplete of each kind of plan there is, and the same again when it is over. */
export async function binds(broker: BrokerUnderTest): Promise<Bound[]> {
  const roles = ROLES.filter((role) => broker.parts.has(role));
  return Promise.all(
    roles.map(async (role) => {
      const binding = (await broker.made(role)).binding();
      const first = await binding.settled(await binding.bind(BIND_RESOURCES[role], incomplete));
      const fetched = await fetchedIfRetrievable(binding);
      return { role, binding, first, fetched, again: await binding.bind(BIND_RESOURCES[role], incomplete) };
    }),
  );
}

/** The binding of this part among them. */
export async function boundOf(broker: BrokerUnderTest, role: (typeof ROLES)[number]): Promise<Bound> {
  const found = (await broker.once(binds)).find((each) => each.role === role);
  if (found) return found;
  throw new Error(`the row uses the part ${role} without needing it`);
}

/** What the broker tells of a binding; undefined where its service is not announced to tell. */
export async function fetchedIfRetrievable(binding: Binding): Promise<Answer | undefined> {
  return binding.instance.cast.service['bindings_retrievable'] === true ? binding.fetch() : undefined;
}

/** What the broker tells of a binding. @throws Inapplicable where its service is not announced to tell */
export async function toldOf(binding: Binding): Promise<Answer> {
  const answer = await fetchedIfRetrievable(binding);
  if (answer) return answer;
  throw new Inapplicable('the service does not announce bindings_retrievable');
}

export interface BoundTwice {
  readonly binding: Binding;
  readonly first: Answer;
  readonly again: Answer;
}

/** A binding made at once, and its bind again, both without accepts_incomplete. Needs bindable. */
export async function boundTwice(broker: BrokerUnderTest): Promise<BoundTwice> {
  const binding = (await broker.made('bindable')).binding();
  return { binding, first: await binding.bind(), again: await binding.bind() };
}

/** A binding with parameters of the suite's own making; a broker need not take them. */
export async function boundWith(broker: BrokerUnderTest, role: Role, parameters: JsonObject, changes: JsonObject = {}): Promise<Binding> {
  const binding = (await broker.made(role)).binding();
  const answer = await binding.bind({ ...changes, parameters }, incomplete);
  if (answer.status === 400) throw new Inapplicable(`binds of the plan ${role} take no parameters but their own: ${answer.story}`);
  await binding.settled(answer);
  return binding;
}

/** The answer that tells what the binding is about: the first one, or the second where the first was a 202. */
export const informationIn = ({ first, again }: Bound): Answer => (first.status === 202 ? again : first);
