import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding, Instance } from '../broker/resources.js';
import { Broken } from '../expecting.js';
import type { Answer } from '../wire/answer.js';

const incomplete = { incomplete: true };

/** Repeats a delete as a platform does after a failed create, until it is told 200 or 410, or refused for good. */
export async function cleanedUp(broker: BrokerUnderTest, target: Instance | Binding): Promise<Answer[]> {
  const until = performance.now() + broker.limits.endMs;
  const answers: Answer[] = [];
  for (;;) {
    const answer = await remove(target);
    answers.push(answer);
    if (answer.status === 200 || isRefusedForGood(answer)) return answers;
    if (performance.now() > until) throw new Broken(`${answer.story}; expected repeated deletes to end with 200 or 410`);
    await broker.pause();
  }
}

const isRefusedForGood = ({ status }: Answer): boolean => status >= 400 && status < 500 && status !== 422;

/** One delete with accepts_incomplete. */
export const remove = (target: Instance | Binding): Promise<Answer> =>
  'unbind' in target ? target.unbind(incomplete) : target.deprovision(incomplete);

export interface FailedCreate {
  readonly resource: Instance | Binding;
  /** The answer to the create, and for a 202 how it ended. */
  readonly created: Answer;
  readonly ended: Answer | undefined;
  readonly deletes: readonly Answer[];
  /** What is told of it then, and what one more delete is answered. */
  readonly fetched: Answer;
  readonly deletedAgain: Answer;
}

/** An instance that failed after a 202, and was removed then. Needs failingCreate. */
export const failedCreate = (broker: BrokerUnderTest): Promise<FailedCreate> => failed(broker, broker.instance('failingCreate'));

/** An instance whose create broke down, and that was removed then. Needs brokenCreate. */
export const brokenCreate = (broker: BrokerUnderTest): Promise<FailedCreate> => failed(broker, broker.instance('brokenCreate'));

/** A binding that failed after a 202, and was removed then. Needs failingBind. */
export const failedBind = async (broker: BrokerUnderTest): Promise<FailedCreate> =>
  failed(broker, (await broker.made('failingBind')).binding());

/** A binding whose create broke down, and that was removed then. Needs brokenBind. */
export const brokenBind = async (broker: BrokerUnderTest): Promise<FailedCreate> =>
  failed(broker, (await broker.made('brokenBind')).binding());

async function failed(broker: BrokerUnderTest, resource: Instance | Binding): Promise<FailedCreate> {
  const created = await ('bind' in resource ? resource.bind({}, incomplete) : resource.provision({}, incomplete));
  const ended = created.status === 202 ? await resource.ended(created) : undefined;
  if (created.status < 500 && ended?.body['state'] !== 'failed') {
    throw new Broken(`${(ended ?? created).story}; expected it to fail, as the profile says`);
  }
  const deletes = await cleanedUp(broker, resource);
  return { resource, created, ended, deletes, fetched: await resource.fetch(), deletedAgain: await remove(resource) };
}

export interface HungUp {
  /** The deletes that began while the broker was still at work, up to the one that went well. */
  readonly deletes: readonly Answer[];
  /** Deletes after that, until the first request can be at work no more. */
  readonly later: readonly Answer[];
  readonly fetched: Answer;
}

/** A platform that does not wait for the answer to its create, and cleans up after it. Needs lateCreate. */
export async function hungUpOnCreate(broker: BrokerUnderTest): Promise<HungUp> {
  const instance = broker.instance('lateCreate');
  const until = performance.now() + 2 * broker.limits.slowMs;
  const answer = await instance.provision({}, { patienceMs: broker.limits.slowMs / 2 }).catch(() => undefined);
  if (answer) throw new Error(`it should still be at work: ${answer.story}; is it as slow as the profile says?`);
  const deletes = await cleanedUp(broker, instance);
  const later: Answer[] = [];
  while (performance.now() < until) {
    await broker.pause();
    later.push(await remove(instance));
  }
  return { deletes, later, fetched: await instance.fetch() };
}
