import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Instance } from '../broker/resources.js';
import { Broken, expectSame, Inapplicable, sameJson } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';
import { fetchedIfAnnounced } from './creates.js';

const incomplete = { incomplete: true };

/** An update that ends later. Needs async. */
export async function updatedLater(broker: BrokerUnderTest): Promise<{ readonly accepted: Answer; readonly ended: Answer | undefined }> {
  const instance = await broker.made('async');
  const accepted = await instance.update({}, incomplete);
  return { accepted, ended: accepted.status === 202 ? await instance.ended(accepted) : undefined };
}

/** Updates whose answer may tell of the instance. */
export async function updates(broker: BrokerUnderTest): Promise<Answer[]> {
  const roles = (['any', 'async', 'withMetadata', 'newDashboard'] as const).filter((role) => broker.parts.has(role));
  return Promise.all(
    roles.map(async (role) => {
      const instance = await broker.made(role);
      return instance.settled(await instance.update({}, incomplete));
    }),
  );
}

/** An update with parameters of the suite's own making; a broker need not take them. */
export async function updatedWith(instance: Instance, parameters: JsonObject, changes: JsonObject = {}): Promise<Answer> {
  const answer = await instance.update({ ...changes, parameters: { ...instance.cast.update, ...parameters } }, incomplete);
  if (answer.status === 400) throw new Inapplicable(`the plan takes no parameters but its own: ${answer.story}`);
  return answer;
}

export interface FailedUpdate {
  readonly ended: Answer;
  /** What the broker tells of the instance before and after; undefined where it cannot be asked. */
  readonly before: Answer | undefined;
  readonly after: Answer | undefined;
  /** One more update, without what made the first one fail, and how it ended. */
  readonly repair: Answer;
  readonly repaired: Answer | undefined;
}

/** An update that fails after a 202, and one more. Needs failingUpdate. */
export async function failedUpdate(broker: BrokerUnderTest): Promise<FailedUpdate> {
  const instance = await broker.made('failingUpdate');
  const before = await fetchedIfAnnounced(instance);
  const ended = await failing(instance);
  const after = await fetchedIfAnnounced(instance);
  const repair = await instance.update({ parameters: undefined }, incomplete);
  const repaired = repair.status === 202 ? await instance.ended(repair) : undefined;
  return { ended, before, after, repair, repaired };
}

/** How an update ended that was to fail after a 202. */
export async function failing(instance: Instance): Promise<Answer> {
  const accepted = await instance.update({}, incomplete);
  if (accepted.status !== 202) throw new Broken(`it could not begin: ${accepted.story}; expected 202, as the profile says`);
  return instance.ended(accepted);
}

/** What the broker tells of an instance. @throws Inapplicable where its service is not announced to tell */
export async function told(instance: Instance): Promise<Answer> {
  const answer = await fetchedIfAnnounced(instance);
  if (answer) return answer;
  throw new Inapplicable('the service does not announce instances_retrievable');
}

/** What the broker tells of the instance, where it does, is the same before and after. */
export async function expectUntouched(instance: Instance, change: () => Promise<void>): Promise<void> {
  const before = await fetchedIfAnnounced(instance);
  await change();
  const after = await fetchedIfAnnounced(instance);
  expectToldTheSame(before, after);
}

/** What only an update changes is the same in both; parameters that are absent and none are one. */
export function expectToldTheSame(before: Answer | undefined, after: Answer | undefined): void {
  if (!before || !after) return;
  expectSame(before, after, 'service_id', 'plan_id', 'maintenance_info');
  if (sameJson(before.body['parameters'] ?? {}, after.body['parameters'] ?? {})) return;
  expectSame(before, after, 'parameters');
}

/** An instance with parameters of the suite's own making, as far as the plan takes them. */
export async function madeTelling(broker: BrokerUnderTest, role: Role): Promise<Instance> {
  const instance = broker.instance(role);
  const answer = await instance.provision({ parameters: { ...instance.cast.create, conformance: 'before' } }, incomplete);
  if (answer.status === 400) return broker.made(role);
  await instance.settled(answer);
  return instance;
}
