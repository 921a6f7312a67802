import type { BrokerUnderTest } from './broker-under-test.js';
import { broker } from './model.js';
import { refutation, type Search } from './refutation.js';

/** What a comparison of gateway and model came to. */
export interface Compared {
  /** Answers on which they do not agree, each with its story. */
  readonly differences: readonly string[];
  readonly requests: number;
  /** Requests that were sent together with others. */
  readonly together: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Plays random histories of the seeds from 1 on, all at once. */
export async function compare(gateway: BrokerUnderTest, search: Omit<Search, 'seed'>, seeds: number): Promise<Compared> {
  const searches = Array.from({ length: seeds }, (_none, index) => ({ ...search, seed: index + 1 }));
  const found = await Promise.all(searches.map((one) => refutation(gateway, broker, one)));
  return {
    differences: found.flatMap(({ difference }) => difference ?? []),
    requests: sum(found.map(({ requests }) => requests)),
    together: sum(found.map(({ together }) => together)),
  };
}
