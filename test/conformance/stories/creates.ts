import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Instance } from '../broker/resources.js';
import { Broken, Inapplicable } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const incomplete = { incomplete: true };

export interface CreatedTwice {
  readonly instance: Instance;
  readonly first: Answer;
  /** The same create again, and what is told of its last operation. */
  readonly again: Answer;
  readonly polled: Answer;
}

/** An instance made at once, and its create again, all without accepts_incomplete. Needs sync. */
export async function createdTwice(broker: BrokerUnderTest): Promise<CreatedTwice> {
  const instance = broker.instance('sync');
  const first = await instance.provision();
  const [again, polled] = [await instance.provision(), await instance.lastOperation()];
  return { instance, first, again, polled };
}

/** An instance that is made later. Needs async. */
export async function createdLater(broker: BrokerUnderTest): Promise<{ readonly instance: Instance; readonly accepted: Answer }> {
  const instance = broker.instance('async');
  const accepted = await instance.provision({}, incomplete);
  if (accepted.status === 202) await instance.ended(accepted);
  return { instance, accepted };
}

export interface HeldCreate {
  /** The same create without accepts_incomplete while it runs; a broker may hold it until the end. */
  readonly held: Answer;
  /** What is told of the operation when that was answered. */
  readonly polledAfterwards: Answer;
}

/** A create that runs, and the same without accepts_incomplete. Needs slowCreate. */
export async function heldCreate(broker: BrokerUnderTest): Promise<HeldCreate> {
  const instance = broker.instance('slowCreate');
  const accepted = await instance.provision({}, incomplete);
  if (accepted.status !== 202) throw new Broken(`it could not begin: ${accepted.story}; expected 202, as the profile says`);
  const held = await instance.provision();
  return { held, polledAfterwards: await instance.lastOperation(accepted.word('operation')) };
}

export interface Created {
  readonly role: Role;
  readonly instance: Instance;
  readonly first: Answer;
  /** The same create again when the first one is over. */
  readonly again: Answer;
}

/** A create with accepts_incomplete of each kind of plan there is, and the same again when it is over. */
export async function creates(broker: BrokerUnderTest): Promise<Created[]> {
  const roles = (['any', 'async', 'dashboard', 'withMetadata'] as const).filter((role) => broker.parts.has(role));
  return Promise.all(
    roles.map(async (role) => {
      const instance = broker.instance(role);
      const first = await instance.settled(await instance.provision({}, incomplete));
      return { role, instance, first, again: await instance.provision({}, incomplete) };
    }),
  );
}

/** An instance with parameters of the suite's own making; a broker need not take them. */
export async function madeWith(broker: BrokerUnderTest, role: Role, parameters: JsonObject): Promise<Instance> {
  const instance = broker.instance(role);
  const answer = await instance.provision({ parameters }, incomplete);
  if (answer.status === 400) throw new Inapplicable(`the plan ${role} takes no parameters but its own: ${answer.story}`);
  await instance.settled(answer);
  return instance;
}

export interface OtherAttributes {
  /** The create again, each with one attribute that differs; undefined where there is no other. */
  readonly otherPlan: Answer | undefined;
  readonly otherService: Answer | undefined;
  readonly otherOrganization: Answer;
  readonly otherSpace: Answer;
  /** What the instance is like before and after all that; undefined where it cannot be asked. */
  readonly before: Answer | undefined;
  readonly after: Answer | undefined;
  /** The create as it was. */
  readonly again: Answer;
}

const OTHER_ID = '0d5a3c1e-6f0b-4c52-9d6c-5a0d1f7e8b90';

/** An instance, and creates with its id that ask for something else. Needs sync. */
export async function otherAttributes(broker: BrokerUnderTest): Promise<OtherAttributes> {
  const instance = await broker.made('sync');
  const read = (): Promise<Answer | undefined> => fetchedIfAnnounced(instance);
  const plan = broker.parts.get('otherPlan')?.plan['id'];
  const service = broker.parts.get('otherService');
  const before = await read();
  const otherPlan = plan === undefined ? undefined : await instance.provision({ plan_id: plan }, incomplete);
  const otherService =
    service && (await instance.provision({ service_id: service.service['id'], plan_id: service.plan['id'] }, incomplete));
  const otherOrganization = await instance.provision({ organization_guid: OTHER_ID }, incomplete);
  const otherSpace = await instance.provision({ space_guid: OTHER_ID }, incomplete);
  const after = await read();
  const again = await instance.provision({}, incomplete);
  return { otherPlan, otherService, otherOrganization, otherSpace, before, after, again };
}

/** What the broker tells of an instance; undefined where its service is not announced to tell. */
export async function fetchedIfAnnounced(instance: Instance): Promise<Answer | undefined> {
  return instance.cast.service['instances_retrievable'] === true ? instance.fetch() : undefined;
}
