import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { LeaseKeeper } from './lease-keeper.js';
import type { Task } from './lifecycle-store.js';
import { OverlapPolicy } from './overlap-policy.js';
import { RetryPolicy } from './retry-policy.js';
import type { Step } from './step.js';

/** A request that waits is answered soon after the backend can take it. */
const LONGEST_PAUSE_MS = 5_000;

/**
 * Binds and unbinds go to their backend side by side. One that can't take them so throws ConcurrencyError, having changed
 * nothing, and is asked again for as long as the request waits (ADR 24).
 */
@Injectable()
export class BusyBindings {
  constructor(
    private readonly leases: LeaseKeeper,
    private readonly overlaps: OverlapPolicy,
    private readonly retries: RetryPolicy,
  ) {}

  /** What the call came to at last; a ConcurrencyError when the time has passed, or a deprovision was asked for meanwhile. */
  async take(task: Task, deadline: Date, take: () => Promise<Step>): Promise<Step | 'lost'> {
    for (let attempts = 1; ; attempts += 1) {
      const step = await take();
      if (!isBusy(task, step)) return step;
      const retryAfterMs = (step.error.details.retryAfterSeconds ?? NaN) * 1_000 || undefined;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, this.retries.pauseMs({ ...task.operation, attempts }, 'over', retryAfterMs));
      if (Date.now() + pauseMs >= deadline.getTime()) return step;
      await pause(pauseMs);
      if (!(await this.leases.isHeld(task.operation.id))) return 'lost';
      if (await this.overlaps.mustWait(task.operation)) return step;
    }
  }
}

/** Of a request that began it; what the runner has taken up is taken up by it again. */
function isBusy({ operation }: Task, step: Step): step is Extract<Step, { kind: 'refused' }> & { error: BrokerError } {
  const isFirst = operation.step === 'send' && operation.attempts === 0 && operation.bindingIncarnation !== undefined;
  return isFirst && step.kind === 'refused' && step.error.code === 'ConcurrencyError';
}

/** Whether it goes on when its request has waited for as long as it can: nothing was done, and its platform was told 202. */
export const goesOnLater = (task: Task, error: BrokerError): boolean =>
  task.outlivesRequest === true && task.operation.bindingIncarnation !== undefined && error.code === 'ConcurrencyError';
