import type { History } from './history.js';
import { acknowledged } from './invariants/acknowledged.js';
import { audited } from './invariants/audited.js';
import { noOrphans } from './invariants/no-orphans.js';
import { noOverlap } from './invariants/no-overlap.js';
import { quiescent } from './invariants/quiescent.js';
import { rightBackend } from './invariants/right-backend.js';
import { terminalStates } from './invariants/terminal-states.js';

const INVARIANTS = { I1: acknowledged, I2: noOrphans, I3: terminalStates, I4: noOverlap, I5: rightBackend, I7: audited, I8: quiescent };

/**
 * Holds a history after quiescence against what must always be true. Gives every violation as a sentence that begins
 * with its invariant; none where all is well.
 */
export function violations(history: History): string[] {
  return Object.entries(INVARIANTS).flatMap(([name, check]) => check(history).map((sentence) => `${name}: ${sentence}`));
}
