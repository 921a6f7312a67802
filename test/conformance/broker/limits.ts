import type { Profile } from './profile.js';

/** How long the suite waits, in milliseconds. */
export interface Limits {
  /** For an answer. */
  readonly answerMs: number;
  /** For an operation to end. */
  readonly endMs: number;
  /** For how long slow operations are sure to run. */
  readonly slowMs: number;
  /** Between two polls. */
  readonly pollMs: number;
}

export function limitsOf({ wait }: Profile): Limits {
  return {
    answerMs: wait.answerSeconds * 1000,
    endMs: wait.endSeconds * 1000,
    slowMs: wait.slowSeconds * 1000,
    pollMs: wait.pollSeconds * 1000,
  };
}
