import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Answer } from '../wire/answer.js';

const incomplete = { incomplete: true };

export interface Bound {
  readonly first: Answer;
  /** The same bind again when the first one is over. */
  readonly again: Answer;
}

/** A bind with accepts_incomplete of each kind of plan there is, and the same again when it is over. */
export async function binds(broker: BrokerUnderTest): Promise<Bound[]> {
  const roles = (['anyBindable', 'asyncBinding'] as const).filter((role) => broker.parts.has(role));
  return Promise.all(
    roles.map(async (role) => {
      const binding = (await broker.made(role)).binding();
      const first = await binding.settled(await binding.bind({}, incomplete));
      return { first, again: await binding.bind({}, incomplete) };
    }),
  );
}
