import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding } from '../broker/resources.js';
import { Broken } from '../expecting.js';
import type { Answer } from '../wire/answer.js';

const incomplete = { incomplete: true };

export interface NothingToUnbind {
  /** Of an instance that is there, and of one that never was. */
  readonly unknownBinding: Answer;
  readonly unknownInstance: Answer;
  /** For the second time. */
  readonly again: Answer;
}

/** Unbinds with nothing to remove. Needs anyBindable. */
export async function nothingToUnbind(broker: BrokerUnderTest): Promise<NothingToUnbind> {
  const binding = await broker.bound('anyBindable');
  const unknownBinding = await binding.instance.binding().unbind(incomplete);
  const unknownInstance = await broker.instance('anyBindable').binding().unbind(incomplete);
  await binding.settled(await binding.unbind(incomplete));
  return { unknownBinding, unknownInstance, again: await binding.unbind(incomplete) };
}

export interface FailedUnbind {
  readonly binding: Binding;
  /** The answer to the unbind, and for a 202 how it ended. */
  readonly answer: Answer;
  readonly ended: Answer | undefined;
  /** What is told of the binding then: undefined where it cannot be asked. */
  readonly fetched: Answer | undefined;
  /** The same bind, and the unbind again, to its end. */
  readonly bound: Answer;
  readonly again: Answer;
  readonly againEnded: Answer | undefined;
}

/** An unbind that fails after a 202, and one more. Needs failingUnbind. */
export const failedUnbind = (broker: BrokerUnderTest): Promise<FailedUnbind> => failing(broker, 'failingUnbind');

/** An unbind that is answered 5xx, and one more. Needs brokenUnbind. */
export const brokenUnbind = (broker: BrokerUnderTest): Promise<FailedUnbind> => failing(broker, 'brokenUnbind');

async function failing(broker: BrokerUnderTest, role: 'failingUnbind' | 'brokenUnbind'): Promise<FailedUnbind> {
  const binding = await broker.bound(role);
  const answer = await binding.unbind(incomplete);
  const ended = answer.status === 202 ? await binding.ended(answer) : undefined;
  if (answer.status < 500 && ended?.body['state'] !== 'failed') {
    throw new Broken(`${(ended ?? answer).story}; expected it to fail, as the profile says`);
  }
  const fetched = binding.instance.cast.service['bindings_retrievable'] === true ? await binding.fetch() : undefined;
  const bound = await binding.bind({}, incomplete);
  const again = await binding.unbind(incomplete);
  return { binding, answer, ended, fetched, bound, again, againEnded: again.status === 202 ? await binding.ended(again) : undefined };
}
