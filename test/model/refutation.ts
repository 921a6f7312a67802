import fc from 'fast-check';
import type { BrokerUnderTest } from './broker-under-test.js';
import { History } from './history.js';
import type { Rules } from './model.js';
import { histories } from './requests.js';

export interface Search {
  readonly seed: number;
  readonly histories: number;
  /** How long a history may be. */
  readonly moments: number;
  /** How many requests of a history may be under way together. */
  readonly atOnce: number;
}

export interface Found {
  readonly requests: number;
  /** The shortest history found that the rules do not explain, as a story. */
  readonly difference?: string;
}

/** Plays random histories of one seed and looks for one the rules do not explain; that is shrunk. */
export async function refutation(broker: BrokerUnderTest, rules: Rules, { seed, histories: numRuns, moments, atOnce }: Search): Promise<Found> {
  let requests = 0;
  const closing: Promise<void>[] = [];
  const property = fc.asyncProperty(histories(moments, atOnce), async (each) => {
    const history = new History(broker, rules);
    try {
      await history.play(each);
    } finally {
      requests += history.requests;
      closing.push(history.close());
    }
  });
  const details = await fc.check(property, { seed, numRuns, plugins: [fc.unbiased()] });
  await Promise.all(closing);
  if (!details.failed) return { requests };
  const story = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return { requests, difference: `seed ${seed}, path ${details.counterexamplePath}\n${story}` };
}
