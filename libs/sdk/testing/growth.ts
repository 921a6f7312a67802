/** What takes as long as its input is long has 2; a square has 4. */
export const MAX_GROWTH = 3;

/** Work on an input of a size. */
export interface Growing {
  readonly what: string;
  readonly make: (size: number) => string;
  readonly work: (input: string) => unknown;
}

const FIRST_SIZE = 16_384;
/** Twice of what any request may have, of which twice is tried as well. */
const MAX_SIZE = 2_097_152;
/** Enough for a clock that counts in steps of 4 ms. */
const MEASURABLE_MS = 24;
const ROUNDS = 3;
const ATTEMPTS = 12;
/** What grows less is not tried again. */
const UNDISPUTED = 2.6;

/**
 * How many times longer it takes for twice the size, in processor time of this thread; 1 where it takes no measurable time
 * at any size, because there is a limit. Of several rounds and attempts the least time of each size counts: garbage is
 * collected in the others, and a machine that is busy slows them down.
 */
export function growthOf({ make, work }: Growing): number {
  for (let size = FIRST_SIZE; size <= MAX_SIZE; size *= 2) {
    const half = make(size);
    if (leastMs(1, work, half) < MEASURABLE_MS || leastMs(ROUNDS, work, half) < MEASURABLE_MS) continue;
    return leastGrowth(work, half, make(2 * size));
  }
  return 1;
}

function leastGrowth(work: Growing['work'], half: string, whole: string): number {
  let [halfMs, wholeMs] = [Infinity, Infinity];
  for (let left = ATTEMPTS; left > 0 && !(wholeMs / halfMs < UNDISPUTED); left -= 1) {
    wholeMs = Math.min(wholeMs, leastMs(ROUNDS, work, whole));
    halfMs = Math.min(halfMs, leastMs(ROUNDS, work, half));
  }
  return wholeMs / halfMs;
}

function leastMs(rounds: number, work: Growing['work'], input: string): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const before = process.threadCpuUsage();
    work(input);
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

/** The work, where a refusal counts as an end like any other. */
export function attempt(work: (input: string) => unknown): (input: string) => void {
  return (input) => {
    try {
      work(input);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  };
}
