import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { sweep } from '../broker/sweep.js';
import { Broken, Inapplicable } from '../expecting.js';
import type { Area, Row, VisibleRow } from '../row.js';
import { beforehand } from './applicability.js';
import type { Outcome, Result, Run } from './result.js';

const AT_ONCE = 12;

/** Plays the rows of these areas side by side, then removes what they made. Results are in the order of the rows. */
export async function runRows(broker: BrokerUnderTest, areas: readonly Area[]): Promise<Run> {
  const startedAt = performance.now();
  const waiting = areas.flatMap(({ code, rows }) => rows.map((row) => ({ area: code, row })));
  const all = waiting.map((each, index) => ({ ...each, index }));
  const results: Result[] = [];
  const player = async (): Promise<void> => {
    for (let next = all.shift(); next; next = all.shift()) {
      const { area, row, index } = next;
      const rowStartedAt = performance.now();
      const outcome = await played(broker, row);
      results[index] = { area, row, outcome, tookMs: performance.now() - rowStartedAt };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, player));
  const leftBehind = await sweep(broker);
  const { url, profile } = broker.target;
  return { url, version: profile.version, parts: broker.parts.summary, results, leftBehind, tookMs: performance.now() - startedAt };
}

async function played(broker: BrokerUnderTest, row: Row): Promise<Outcome> {
  const { version } = broker.target.profile;
  const known = beforehand(row, { version, missing: (needs) => broker.parts.missing(needs) });
  if (known || 'cannotBeSeen' in row) return known ?? { kind: 'invisible', reason: '' };
  try {
    await inTime(row, broker);
    return { kind: 'passed' };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** Waiting for an end has its own bound; the row as a whole may wait for a few of them. */
async function inTime(row: VisibleRow, broker: BrokerUnderTest): Promise<void> {
  const { answerMs, endMs } = broker.limits;
  const limitMs = 2 * (answerMs + endMs);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Broken(`it was not through after ${limitMs / 1000} s`)), limitMs);
  });
  try {
    await Promise.race([row.check(broker), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is no broken rule is a fault of the wire or of the suite; either way nothing was shown to hold. */
function outcomeOf(error: unknown): Outcome {
  if (error instanceof Inapplicable) return { kind: 'inapplicable', reason: error.message };
  if (error instanceof Broken) return { kind: 'failed', problem: error.message };
  return { kind: 'failed', problem: `it could not be played: ${error instanceof Error ? error.message : String(error)}` };
}
