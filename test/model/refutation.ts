import fc from 'fast-check';
import type { BrokerUnderTest } from './broker-under-test.js';
import { History, type Hearing } from './history.js';
import type { Rules } from './model.js';
import { histories } from './requests.js';

export interface Search {
  readonly seed: number;
  readonly histories: number;
  /** How long a history may be. */
  readonly moments: number;
  /** How many requests of a history may be under way together. */
  readonly atOnce: number;
  /** Mishears answers, to see that it is noticed. */
  readonly heard?: Hearing;
}

export interface Found {
  readonly requests: number;
  /** How many of them were sent together with others. */
  readonly together: number;
  /** The shortest history found that the rules do not explain, as a story. */
  readonly difference?: string;
}

/** Plays random histories of one seed and looks for one the rules do not explain; that is shrunk. */
export async function refutation(broker: BrokerUnderTest, rules: Rules, search: Search): Promise<Found> {
  const { seed, histories: numRuns, moments, atOnce, heard } = search;
  let [requests, together] = [0, 0];
  const closing: Promise<void>[] = [];
  const property = fc.asyncProperty(histories(moments, atOnce), async (each) => {
    const history = new History(broker, rules, heard);
    try {
      await history.play(each);
    } finally {
      requests += history.requests;
      together += history.together;
      closing.push(history.close());
    }
  });
  const details = await fc.check(property, { seed, numRuns, plugins: [fc.unbiased()] });
  await Promise.all(closing);
  if (!details.failed) return { requests, together };
  const story = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return { requests, together, difference: `seed ${seed}, path ${details.counterexamplePath}\n${story}` };
}
