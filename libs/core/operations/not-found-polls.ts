import type { Task } from './lifecycle-store.js';
import type { Step } from './step.js';
import type { Timings } from './timings.js';

/** One such answer may come from a process of the backend that does not know yet. */
const FEW = 3;

/** Whether a backend answered the poll of a create or update as if it had never accepted it. */
export function isNotFound({ operation: { kind, step } }: Task, taken: Step): boolean {
  return taken.kind === 'gone' && step === 'poll' && kind !== 'deprovision' && kind !== 'unbind';
}

/** What the newest of such answers, all in a row, means: once it is worth a warning, and in the end it decides. */
export function notFoundAgain({ operation: { kind }, notFound }: Task, timings: Timings): { readonly isNews: boolean; readonly decides: boolean } {
  const polls = notFound.polls + 1;
  const limitMs = kind === 'update' ? timings.updateNotFoundMs : timings.createNotFoundMs;
  return { isNews: polls === FEW, decides: polls >= FEW && notFound.forMs >= limitMs };
}

/** What the backend tells shows that an update was carried out. */
export const doneIfTold = (looked: Step): Step => (looked.kind === 'overrun' && looked.instance ? { kind: 'done' } : looked);
