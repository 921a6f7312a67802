import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Cast } from '../broker/parts.js';
import type { Binding, Instance } from '../broker/resources.js';
import { Broken, Inapplicable } from '../expecting.js';
import type { Answer } from '../wire/answer.js';
import { cleanedUp, remove } from './cleaned-up.js';

const incomplete = { incomplete: true };

/** For how long the plan asks platforms to poll at most; undefined where it does not say. */
export function longestMs(cast: Cast | undefined): number | undefined {
  const seconds = cast?.plan['maximum_polling_duration'];
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

export interface Overrun {
  /** What a platform does that has given up: the deletes it needs. */
  readonly deletes: readonly Answer[];
  /** What is told of it then, and what one more delete is answered. */
  readonly fetched: Answer;
  readonly deletedAgain: Answer;
}

/** An instance nobody waits for any more. Needs overrunningCreate. */
export async function overrunCreate(broker: BrokerUnderTest): Promise<Overrun> {
  const instance = broker.instance('overrunningCreate');
  return givenUp(broker, instance, await instance.provision({}, incomplete), longestMs(instance.cast));
}

/** A binding nobody waits for any more. Needs overrunningBind. */
export async function overrunBind(broker: BrokerUnderTest): Promise<Overrun> {
  const instance = await broker.made('overrunningBind');
  const binding = instance.binding();
  return givenUp(broker, binding, await binding.bind({}, incomplete), longestMs(instance.cast));
}

async function givenUp(broker: BrokerUnderTest, target: Instance | Binding, accepted: Answer, atMostMs: number | undefined): Promise<Overrun> {
  if (accepted.status !== 202) throw new Broken(`it could not begin: ${accepted.story}; expected 202, as the profile says`);
  if (atMostMs === undefined || atMostMs > broker.limits.endMs) throw new Inapplicable('its plan has no maximum_polling_duration this suite could wait for');
  const until = performance.now() + atMostMs;
  while (performance.now() < until) {
    await target.lastOperation(accepted.word('operation'));
    await broker.pause();
  }
  const deletes = await cleanedUp(broker, target);
  return { deletes, fetched: await target.fetch(), deletedAgain: await remove(target) };
}

export interface Timed {
  readonly ended: Answer;
  /** From the acceptance to the first poll that told of the end. */
  readonly tookMs: number;
}

/** What a plan finishes later, timed: the life of an instance, or of a binding. Needs the part. */
export async function timedChanges(broker: BrokerUnderTest, role: 'async' | 'asyncBinding'): Promise<Timed[]> {
  const timed: Timed[] = [];
  const follow = async (target: Instance | Binding, accepted: Answer): Promise<void> => {
    const began = performance.now();
    if (accepted.status !== 202) throw new Broken(`it could not begin: ${accepted.story}; expected 202, as the profile says`);
    const ended = await target.ended(accepted);
    const isEnd = ended.status === 410 || (ended.status === 200 && ended.body['state'] === 'succeeded');
    if (!isEnd) throw new Broken(`${ended.story}; expected the end of what was accepted`);
    timed.push({ ended, tookMs: performance.now() - began });
  };
  if (role === 'async') {
    const instance = broker.instance(role);
    await follow(instance, await instance.provision({}, incomplete));
    await follow(instance, await instance.update({}, incomplete));
    await follow(instance, await instance.deprovision(incomplete));
    return timed;
  }
  const binding = (await broker.made(role)).binding();
  await follow(binding, await binding.bind({}, incomplete));
  await follow(binding, await binding.unbind(incomplete));
  return timed;
}
