import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Instance } from '../broker/resources.js';
import type { Answer } from '../wire/answer.js';

/** An instance that was removed, and the answer that said so first. */
export async function removed(broker: BrokerUnderTest): Promise<{ readonly instance: Instance; readonly answer: Answer }> {
  const instance = await broker.made('any');
  const answer = await instance.settled(await instance.deprovision({ incomplete: true }));
  return { instance, answer };
}
