import type { LastOperation, OperationKind } from '#sdk';
import type { AsyncBehaviour } from './behaviour.js';
import { withoutUndefined } from './without-undefined.js';

export type Status = 'creating' | 'ready' | 'updating' | 'deleting' | 'failed';

/** An accepted operation. It ends by the clock and the number of polls alone: nothing runs meanwhile. */
export interface SimulatedOperation {
  readonly kind: OperationKind;
  readonly operationId?: string;
  readonly pollToken?: string;
  readonly startedAtMs: number;
  /** How the resource stood before. */
  readonly before: Status;
  readonly behaviour: AsyncBehaviour;
  polls: number;
  /** Set once the end has had its effect. */
  ended?: 'succeeded' | 'failed';
  cancelled?: boolean;
}

/** How the operation stands by now. */
export function standing(operation: SimulatedOperation, nowMs: number): 'in progress' | 'succeeded' | 'failed' {
  if (operation.ended !== undefined) return operation.ended;
  if (operation.cancelled === true) return 'failed';
  const { durationMs = 0, polls = 0, outcome } = operation.behaviour;
  const over = nowMs >= operation.startedAtMs + durationMs && operation.polls >= polls;
  return over && outcome !== 'never' ? outcome : 'in progress';
}

/** What a poll is told. */
export function told(operation: SimulatedOperation): LastOperation {
  const { description, instanceUsable, updateRepeatable, retryAfterMs } = operation.behaviour;
  if (operation.ended === undefined) {
    return withoutUndefined({ kind: 'in progress' as const, description: 'The simulator is at work.', retryAfterMs });
  }
  if (operation.ended === 'succeeded') return { kind: 'succeeded' };
  return withoutUndefined({
    kind: 'failed' as const,
    description: operation.cancelled === true ? 'A deprovision ended it.' : (description ?? 'The simulator failed.'),
    instanceUsable,
    updateRepeatable,
  });
}
