import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { Catalog } from '../catalog/catalog.js';
import { failpoint } from '../failpoints/failpoint.js';
import { Journal } from '../journal/journal.js';
import { optional } from '../optional.js';
import { BackendStep, type Step } from './backend-step.js';
import { BusyBindings, goesOnLater } from './busy-bindings.js';
import { checkedStep } from './checked-step.js';
import { LeaseKeeper } from './lease-keeper.js';
import { LifecycleStore, type InstanceChange, type Pause, type Task, type Written } from './lifecycle-store.js';
import { doneIfTold, isNotFound, notFoundAgain } from './not-found-polls.js';
import { neverAnswered, retryAfterOf, tookTooLong, unknownToBackend } from './operation-errors.js';
import type { Progress } from './operation-progress.js';
import { OperationSignals } from './operation-signals.js';
import type { OperationFailure } from './operation.js';
import { OverlapPolicy } from './overlap-policy.js';
import { persistently } from './persistently.js';
import { RetryPolicy } from './retry-policy.js';
import { auditOf, failure, parkedFailure, success, type Leftover } from './settlements.js';
import {
  isBusyAgain,
  isCreate,
  isDelete,
  endsCallOfCreate,
  isAtWork,
  isOverrunUpdate,
  isResend,
  isTakenUp,
  mayHaveActedBefore,
  mustBeRepeated,
  unlessGoneTooEarly,
} from './task-facts.js';
import { Timings } from './timings.js';
import { UnbindsBeforeDeprovision } from './unbinds-before-deprovision.js';

/** Why nothing is decided yet, and what is known of the call. */
interface Delay extends Pick<Pause, 'call' | 'sendsAgain' | 'isNotFound' | 'mayActForMs' | 'description'> {
  readonly reason?: string;
  /** What is sent again asks how the call before it is getting on. */
  readonly isPolled?: boolean;
  readonly cause?: string;
  readonly retryAfterMs?: number;
}

/** What belongs to a failure beside its error. */
interface FailureFacts {
  readonly leftover?: Leftover;
  /** What the backend tells of the instance. */
  readonly told?: InstanceChange;
  readonly cause?: string;
}

/**
 * Carries an operation one step further: asks the backend, and commits what came of it before anyone is told. Who calls
 * it must have taken the operation's lease; it is kept until the step is done.
 */
@Injectable()
export class OperationEngine {
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly backend: BackendStep,
    private readonly lifecycle: LifecycleStore,
    private readonly leases: LeaseKeeper,
    private readonly catalog: Catalog,
    private readonly signals: OperationSignals,
    private readonly timings: Timings,
    private readonly retries: RetryPolicy,
    private readonly overlaps: OverlapPolicy,
    private readonly busy: BusyBindings,
    private readonly leaving: UnbindsBeforeDeprovision,
    private readonly journal: Journal,
  ) {}

  /**
   * @param until when the caller needs the answer; a call lasts longer only where its backend is given longer, and no longer
   *   than was written down before it
   * @throws BrokerError Unavailable when the database was away until then: what the call did is found out by whoever
   *   takes the operation over
   */
  advance(task: Task, until: Date): Promise<Progress> {
    const deadline = this.deadlineOf(task, until);
    const work = this.advanceHeld(task, deadline, new Date(Math.max(until.getTime(), deadline.getTime()))).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
    return work;
  }

  /** Resolves when no step is under way, also none whose request was answered long ago. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  /** Looks and polls are short. A call that is given longer outlives the request that begins it. */
  private deadlineOf({ operation: { callMs, step }, mayBeUnderWay }: Task, until: Date): Date {
    if (callMs !== undefined && step === 'send' && !mayBeUnderWay) return new Date(Date.now() + callMs);
    return new Date(Math.min(until.getTime(), Date.now() + this.timings.callMs));
  }

  private async advanceHeld(task: Task, deadline: Date, until: Date): Promise<Progress> {
    const { id, kind } = task.operation;
    this.leases.hold(id, task.leasedAtMs, { isConfirmed: task.operation.attempts > 0 });
    try {
      await failpoint(task.operation.initiator === 'gateway' ? 'before-clean-up' : 'after-intent', kind);
      const step = await this.step(task, deadline);
      await failpoint('before-result-commit', kind);
      const progress = step === 'lost' ? ({ kind: 'lost' } as const) : await persistently(() => this.record(task, step), until);
      await failpoint('after-result-commit', kind);
      if (progress.kind === 'lost') await this.lose(task, step);
      return progress;
    } finally {
      this.leases.drop(id);
      this.signals.moved(id);
    }
  }

  /** Whoever took it over waits for what the call may still do, and need not any more. */
  private async lose(task: Task, step: Step | 'lost'): Promise<void> {
    this.journal.warn('operation was taken over by another process', fields(task));
    if (step === 'lost' || !endsCallOfCreate(task, step)) return;
    // Where that can't be written now, it is waited for.
    await this.lifecycle.callEnded(task.operation, step.kind === 'accepted').catch(() => undefined);
  }

  private async step(task: Task, deadline: Date): Promise<Step | 'lost'> {
    if (!(await this.leases.isHeld(task.operation.id))) return 'lost';
    if (task.operation.isUnconfirmed) return this.unconfirmed(task);
    if (await this.leaving.send(task, (unbind, until) => this.advance(unbind, until))) {
      // What the unbinds took is not taken from the deprovision: it is sent with the time of a call of its own.
      if (deadline.getTime() - Date.now() < this.timings.callMs / 2) return { kind: 'waits' };
      if (!(await this.leases.isHeld(task.operation.id))) return 'lost';
    }
    if (isTakenUp(task) && (await this.overlaps.mustWait(task.operation))) return { kind: 'waits' };
    const taken = task.mayBeUnderWay ? await this.backend.probe(task, deadline) : await this.busy.take(task, deadline, () => this.backend.take(task, deadline));
    if (taken === 'lost') return taken;
    if (isOverrunUpdate(task, taken)) return { ...(await this.backend.lookAtGivenUp(task)), ...optional('cause', causeOf(taken)) };
    if (isNotFound(task, taken)) return this.notFound(task, deadline);
    return this.checked(task, unlessGoneTooEarly(task, taken));
  }

  private checked(task: Task, taken: Step): Step {
    return checkedStep(taken, task.operation.kind, this.catalog.findByIds(task.instance.serviceId, task.instance.planId), this.backend.textsOf(task));
  }

  /** Of what its backend does not know for long, a look at what exists decides: it is there, or it failed. */
  private async notFound(task: Task, deadline: Date): Promise<Step> {
    const { isNews, decides } = notFoundAgain(task, this.timings);
    if (isNews) this.journal.warn('the backend does not know an operation it accepted; it is polled on for a while', fields(task));
    if (!decides) return { kind: 'not found' };
    const looked = task.operation.kind === 'update' ? doneIfTold(await this.backend.lookAtGivenUp(task)) : await this.backend.probe(task, deadline);
    return looked.kind === 'done' ? this.checked(task, looked) : { kind: 'refused', error: unknownToBackend() };
  }

  /** Whoever wrote it may have died in the middle of it: an update may be done, and what a create made is removed. */
  private async unconfirmed(task: Task): Promise<Step> {
    const looked = task.operation.kind === 'update' ? await this.backend.lookAtGivenUp(task) : undefined;
    return { kind: 'unconfirmed', ...optional('instance', looked?.kind === 'overrun' ? looked.instance : undefined) };
  }

  /**
   * Ends a create or bind nobody can wait for any longer, whoever holds it, and has it cleaned up.
   *
   * @returns 'lost' when it ended by itself meanwhile
   */
  async abandon(task: Task, error: BrokerError): Promise<Written> {
    const written = await this.lifecycle.settle({ ...failure(task, error, this.leftover(true)), by: 'anyone' });
    this.signals.moved(task.operation.id);
    return written;
  }

  private async record(task: Task, step: Step): Promise<Progress> {
    switch (step.kind) {
      case 'done':
        return this.succeed(task, step);
      case 'gone':
        if (isDelete(task)) return this.succeed(task, step);
        return this.pauseOrGiveUp(task, { call: 'over', reason: 'the backend says it is gone' });
      case 'waits':
        return this.pauseOrGiveUp(task, { call: 'over', retryAfterMs: this.timings.firstPollMs });
      case 'accepted':
        return this.accept(task, step);
      case 'in progress':
        return this.pauseOrGiveUp(task, {
          call: 'untouched',
          ...optional('isNotFound', step.cause === undefined ? false : undefined),
          ...optional('retryAfterMs', step.retryAfterMs),
          ...optional('description', step.description),
          ...optional('cause', step.cause),
        });
      case 'not found':
        return this.pauseOrGiveUp(task, { call: 'untouched', isNotFound: true });
      case 'refused':
        return this.refuse(task, step.error, causeOf(step));
      case 'unknown':
        return this.pauseOrGiveUp(task, {
          call: 'unanswered',
          reason: step.reason,
          ...optional('mayActForMs', step.mayActForMs),
          ...optional('cause', causeOf(step)),
        });
      case 'overrun':
        return this.fail(task, tookTooLong(), { ...optional('told', step.instance), ...optional('cause', step.cause) });
      case 'unconfirmed':
        return this.fail(task, neverAnswered(), { leftover: this.leftover(true), ...optional('told', step.instance) });
    }
  }

  private async succeed(task: Task, step: Extract<Step, { kind: 'done' | 'gone' }>): Promise<Progress> {
    if (mustBeRepeated(task)) return this.pause(task, { pauseMs: this.retries.untilItCountsMs(task), call: 'over', sendsAgain: true });
    const stillBindsForMs = await this.leaving.sweep(task, (unbind, until) => this.advance(unbind, until));
    // After the unbinds, which are repeated by then.
    if (stillBindsForMs > 0) return this.pause(task, { pauseMs: stillBindsForMs + this.timings.firstPollMs, call: 'over', sendsAgain: true });
    const unanswered = await this.leaving.unanswered(task);
    const written = await this.lifecycle.settle({ ...success(task, step), isQuiet: task.mayBeUnderWay });
    if (written === 'lost') return { kind: 'lost' };
    this.leaving.tellUnanswered(task, unanswered);
    return { kind: 'succeeded', gone: step.kind === 'gone', result: step.kind === 'done' ? step : {} };
  }

  private async accept(task: Task, step: Extract<Step, { kind: 'accepted' }>): Promise<Progress> {
    const written = await this.lifecycle.recordAccepted(task.operation, {
      pauseMs: this.retries.firstPollMs(task.operation, step.retryAfterMs),
      audit: auditOf(task, 'accepted'),
      ...optional('pollToken', step.pollToken),
      ...optional('instance', step.instance && { ...step.instance }),
    });
    return written === 'lost' ? { kind: 'lost' } : { kind: 'in progress', result: optional('instance', step.instance) };
  }

  private async refuse(task: Task, error: BrokerError, cause: string | undefined): Promise<Progress> {
    const { operation } = task;
    if (operation.initiator === 'gateway' || isBusyAgain(task, error) || goesOnLater(task, error)) {
      // Also what was accepted before: an operation that failed at the backend says nothing else however often it is asked.
      const isPolled = isAtWork(task, error);
      return this.pauseOrGiveUp(task, { call: 'over', sendsAgain: true, isPolled, reason: error.code, ...optional('cause', cause), ...optional('retryAfterMs', retryAfterOf(error)) });
    }
    if (isResend(task) && error.code === 'Conflict') return this.meetConflict(task, error, cause);
    const leftover = error.mayHaveActed || mayHaveActedBefore(task) ? this.leftover(false) : undefined;
    return this.fail(task, error, { ...optional('leftover', leftover), ...optional('cause', cause) });
  }

  /**
   * A 409 to our own re-send may mean our own resource, also one that is still being made (decision 13): for another call's
   * length what exists is looked into, then it is sent once more.
   */
  private async meetConflict(task: Task, error: BrokerError, cause: string | undefined): Promise<Progress> {
    const { operation } = task;
    if (!operation.isConflicted && !task.overdue) {
      this.journal.warn('a call was refused as conflicting when it was sent again; what exists is looked into', { ...fields(task), cause });
      return this.pause(task, { call: 'conflict', pauseMs: this.retries.pauseMs(operation, 'untouched'), ...optional('lastCause', cause) });
    }
    return isCreate(task) ? this.park(task, error, cause) : this.fail(task, error, optional('cause', cause));
  }

  private async park(task: Task, error: BrokerError, cause: string | undefined): Promise<Progress> {
    this.journal.error('a create was refused as existing when it was sent again; find out whether it is ours', { ...fields(task), cause });
    const settlement = { ...parkedFailure(task, error, this.timings.cleanUpMs), ...optional('lastCause', cause) };
    if ((await this.lifecycle.settle(settlement)) === 'lost') return { kind: 'lost' };
    return { kind: 'failed', failure: settlement.failure as OperationFailure };
  }

  private async pauseOrGiveUp(task: Task, { call, sendsAgain = false, isPolled = false, reason, cause, retryAfterMs, ...said }: Delay): Promise<Progress> {
    const { operation } = task;
    if (reason !== undefined) this.journal.warn('backend gave no usable answer', { ...fields(task), reason, cause });
    if (task.overdue && !isDelete(task)) {
      return this.fail(task, tookTooLong(), { leftover: this.leftover(true), ...optional('cause', cause) });
    }
    if (task.overdue && operation.initiator === 'gateway') {
      this.journal.error('a clean-up was given up and parked; remove what is left at the backend', { ...fields(task), cause });
      return (await this.lifecycle.park(operation, call, cause)) === 'lost' ? { kind: 'lost' } : { kind: 'in progress', result: {} };
    }
    const next = sendsAgain ? ({ ...operation, step: 'send' } as const) : operation;
    const pauseMs = this.retries.pauseMs(next, isPolled ? 'untouched' : call, retryAfterMs);
    return this.pause(task, { call, sendsAgain, pauseMs, ...said, ...optional('lastCause', cause) });
  }

  private async pause(task: Task, pause: Pause): Promise<Progress> {
    const written = await this.lifecycle.recordPause(task.operation, pause);
    return written === 'lost' ? { kind: 'lost' } : { kind: 'in progress', result: {} };
  }

  private async fail(task: Task, error: BrokerError, { leftover, told, cause }: FailureFacts): Promise<Progress> {
    this.journal.warn('an operation failed', { ...fields(task), code: error.code, cause });
    const settlement = { ...failure(task, error, leftover), ...optional('instance', told), ...optional('lastCause', cause) };
    if ((await this.lifecycle.settle(settlement)) === 'lost') return { kind: 'lost' };
    await this.leaving.tellRemoved(task);
    return { kind: 'failed', failure: settlement.failure as OperationFailure };
  }

  private leftover(afterCall: boolean): Leftover {
    return { afterCall, ceilingMs: this.timings.cleanUpMs };
  }
}

/** What a backend says with a refusal is its cause, where nothing else is known. */
function causeOf(step: Step): string | undefined {
  if (step.cause !== undefined) return step.cause;
  if (step.kind === 'refused') return step.error.description;
  return step.kind === 'unknown' ? step.reason : undefined;
}

const fields = ({ operation, instance }: Task): Record<string, unknown> => ({
  operation: operation.id,
  kind: operation.kind,
  instance: instance.instanceId,
  ...optional('requestId', operation.requestId),
});
