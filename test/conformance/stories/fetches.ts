import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Instance } from '../broker/resources.js';
import { Inapplicable } from '../expecting.js';
import type { Answer } from '../wire/answer.js';
import { fetchedIfAnnounced } from './creates.js';

const incomplete = { incomplete: true };
const ROLES = ['any', 'async', 'updateable', 'notBindable', 'withSchemas', 'withMaintenance', 'dashboard', 'withMetadata'] as const satisfies readonly Role[];

export interface Fetched {
  readonly role: Role;
  readonly instance: Instance;
  readonly created: Answer;
  /** Asked for as soon as it was made; undefined where the service is not announced to tell. */
  readonly fetched: Answer | undefined;
}

/** An instance of each kind of plan there is, and what is told of it. */
export async function fetches(broker: BrokerUnderTest): Promise<Fetched[]> {
  const roles = ROLES.filter((role) => broker.parts.has(role));
  return Promise.all(
    roles.map(async (role) => {
      const instance = broker.instance(role);
      const created = await instance.settled(await instance.provision({}, incomplete));
      return { role, instance, created, fetched: await fetchedIfAnnounced(instance) };
    }),
  );
}

/** What was told of all of them, where the service is announced to tell. */
export async function everyFetch(broker: BrokerUnderTest): Promise<Answer[]> {
  return (await broker.once(fetches)).flatMap(({ fetched }) => fetched ?? []);
}

/** What was told of the one in this part. @throws Inapplicable where its service is not announced to tell */
export async function fetchOf(broker: BrokerUnderTest, role: (typeof ROLES)[number]): Promise<Fetched & { readonly fetched: Answer }> {
  const found = (await broker.once(fetches)).find((each) => each.role === role);
  if (!found) throw new Error(`the row uses the part ${role} without needing it`);
  const { fetched } = found;
  if (fetched) return { ...found, fetched };
  throw notAnnounced();
}

/** @throws Inapplicable where the service of this part is not announced to tell of its instances */
export function demandTelling(broker: BrokerUnderTest, role: Role): void {
  if (broker.cast(role).service['instances_retrievable'] !== true) throw notAnnounced();
}

const notAnnounced = (): Inapplicable => new Inapplicable('the service does not announce instances_retrievable');
