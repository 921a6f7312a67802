import { Injectable } from '@nestjs/common';
import { BackendRegistry } from '../backends/backend-registry.js';
import type { BackendPolicy } from '../backends/backend.js';
import type { Pause, Task } from './lifecycle-store.js';
import type { Operation } from './operation.js';
import { Timings } from './timings.js';

/** Between what the pauses towards one backend lie. */
export interface RetryBounds {
  /** The first pause of any kind, and the shortest a backend can ask for. */
  readonly firstPollMs: number;
  /** The longest pause between two looks at how an operation is getting on. */
  readonly longestPollMs: number;
  /** The longest pause before a mutation is sent again: of a clean-up, of a call that was not answered. */
  readonly longestRetryMs: number;
  /** The longest pause a backend can ask for by Retry-After. */
  readonly longestRetryAfterMs: number;
}

/** Pauses are longer or shorter by up to this part, so that many operations of one backend do not come in step. */
export const JITTER = 0.2;

/** When an operation that is not through is taken up again: as its backend asks, or else by the backend's policy. */
@Injectable()
export class RetryPolicy {
  constructor(
    private readonly registry: BackendRegistry,
    private readonly timings: Timings,
  ) {}

  boundsOf(backendId: string): RetryBounds {
    return retryBounds(this.timings, this.registry.record(backendId)?.policy);
  }

  /** After the backend accepted the operation. */
  firstPollMs({ backendId }: Operation, retryAfterMs?: number): number {
    const bounds = this.boundsOf(backendId);
    return pauseMs(bounds, bounds.longestPollMs, 1, retryAfterMs);
  }

  /** @param call what is known of the call sent last: where nothing was sent, the next step is a look again */
  pauseMs({ backendId, step, attempts }: Operation, call: Pause['call'], retryAfterMs?: number): number {
    const bounds = this.boundsOf(backendId);
    const looks = step === 'poll' || call === 'untouched';
    return pauseMs(bounds, looks ? bounds.longestPollMs : bounds.longestRetryMs, attempts, retryAfterMs);
  }

  /** Of a delete that was sent too early. The call of a create that it has overtaken may end at any time: that is looked for. */
  untilItCountsMs({ operation, unquietForMs, goneCountsInMs }: Task): number {
    return goneCountsInMs > 0 ? Math.min(unquietForMs, this.pauseMs(operation, 'untouched')) : unquietForMs;
  }
}

/** What a policy leaves open is as for every backend; nothing is longer than its longest because the first is. */
export function retryBounds(timings: Timings, policy: BackendPolicy = {}): RetryBounds {
  const { firstPollMs = timings.firstPollMs } = policy;
  const atLeastFirst = (longestMs: number): number => Math.max(firstPollMs, longestMs);
  return {
    firstPollMs,
    longestPollMs: atLeastFirst(policy.longestPollMs ?? timings.longestPollMs),
    longestRetryMs: atLeastFirst(policy.longestRetryMs ?? timings.longestRetryMs),
    longestRetryAfterMs: atLeastFirst(timings.longestRetryAfterMs),
  };
}

/** What the backend asks for is obeyed as it is, within its bounds; else the expected pause, with jitter. */
export function pauseMs(bounds: RetryBounds, longestMs: number, attempts: number, retryAfterMs?: number): number {
  const { firstPollMs, longestRetryAfterMs } = bounds;
  if (retryAfterMs !== undefined) return Math.min(longestRetryAfterMs, Math.max(firstPollMs, retryAfterMs));
  return Math.round(expectedPauseMs(bounds, longestMs, attempts) * (1 - JITTER + Math.random() * 2 * JITTER));
}

/** Twice as long with every attempt, from the first pause to the longest. */
export function expectedPauseMs({ firstPollMs }: RetryBounds, longestMs: number, attempts: number): number {
  return Math.min(longestMs, firstPollMs * 2 ** Math.max(0, attempts - 1));
}
