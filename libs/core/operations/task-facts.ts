import { BrokerError } from '#sdk';
import type { Task } from './lifecycle-store.js';
import type { Step } from './step.js';

export const isDelete = ({ operation }: Task): boolean => operation.kind === 'deprovision' || operation.kind === 'unbind';

export const isCreate = ({ operation }: Task): boolean => operation.kind === 'provision' || operation.kind === 'bind';

/**
 * An earlier create may still make what was just deleted: a delete counts when it is sent after that, however late it ends.
 * One of this update may undo the next one.
 */
export const mustBeRepeated = (task: Task): boolean =>
  isDelete(task) ? task.sentTooEarly : task.unquietForMs > 0 && isRepeatedUpdate(task);

/** One that was found done is not. */
const isRepeatedUpdate = ({ operation, mayBeUnderWay }: Task): boolean => operation.kind === 'update' && operation.attempts > 0 && !mayBeUnderWay;

/** What is known then is all that comes of it. */
export const endsCallOfCreate = ({ operation: { kind, step } }: Task, taken: Step): boolean =>
  kind === 'provision' && step === 'send' && (taken.kind === 'done' || taken.kind === 'accepted' || (taken.kind === 'refused' && !taken.error.mayHaveActed));

/** By the runner, about to be sent: whoever reserves an operation by a request has seen that nothing is in its way. */
export const isTakenUp = (task: Task): boolean => isResend(task) && !task.mayBeUnderWay;

export const isResend = ({ operation }: Task): boolean => operation.step === 'send' && operation.attempts > 0;

/** An accepted create acted, and so may an earlier send whose answer never came. */
export const mayHaveActedBefore = (task: Task): boolean => task.operation.step === 'poll' || isResend(task);

/** Worth asking again by the runner: the backend did not execute it. */
const isBusy = (error: BrokerError): boolean => error.code === 'ConcurrencyError' || error.code === 'Unavailable';

/** A deprovision that has overtaken others may meet them at its backend: it is sent again until that takes it. */
export const isBusyAgain = (task: Task, error: BrokerError): boolean =>
  (isResend(task) && isBusy(error)) || (overtakes(task) && error.code === 'ConcurrencyError');

/** A deprovision beside something else of its instance. */
export const overtakes = ({ operation: { kind, initiator, exclusive } }: Task): boolean =>
  kind === 'deprovision' && initiator === 'platform' && !exclusive;

/** Its time is up, and the backend did not say what became of it. */
export const isOverrunUpdate = (task: Task, step: Step): boolean =>
  task.overdue && task.operation.kind === 'update' && (step.kind === 'refused' ? isBusyAgain(task, step.error) : isUndecided(step));

const isUndecided = ({ kind }: Step): boolean => kind === 'gone' || kind === 'in progress' || kind === 'unknown';

/** A repeated delete that is refused as concurrent meets its own first call (ADR 25), or what it has overtaken. */
export const isAtWork = (task: Task, error: BrokerError): boolean =>
  (isResend(task) || overtakes(task)) && isDelete(task) && task.operation.initiator === 'platform' && error.code === 'ConcurrencyError';

/** A create that was overtaken may still make what its deprovision did not find: that is to be sent again. */
export function unlessGoneTooEarly({ operation, goneCountsInMs }: Task, step: Step): Step {
  const isUnknown = step.kind === 'gone' || (step.kind === 'refused' && step.error.code === 'NotFound');
  if (operation.step !== 'send' || goneCountsInMs <= 0 || !isUnknown) return step;
  return { kind: 'refused', error: new BrokerError('ConcurrencyError', 'the backend does not know yet what it creates') };
}
