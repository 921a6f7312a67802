import { Injectable } from '@nestjs/common';
import { BrokerError, type BindingResult, type InstanceResult } from '#sdk';
import { checkedStep } from './checked-step.js';
import { Catalog } from '../catalog/catalog.js';
import { Journal } from '../journal/journal.js';
import { BackendStep, optional, type Step } from './backend-step.js';
import { LifecycleStore, type Task, type Written } from './lifecycle-store.js';
import { OperationSignals } from './operation-signals.js';
import type { OperationFailure } from './operation.js';
import { auditOf, failure, success } from './settlements.js';
import { Timings } from './timings.js';

/** What the backend gave, as far as this kind of operation gives anything. */
export interface OperationResult {
  readonly instance?: InstanceResult;
  readonly binding?: BindingResult;
}

/** Where an operation stands after a step. */
export type Progress =
  | { readonly kind: 'succeeded'; readonly gone: boolean; readonly result: OperationResult }
  | { readonly kind: 'failed'; readonly failure: OperationFailure }
  | { readonly kind: 'in progress'; readonly result: OperationResult }
  /** Another process has taken it over; what this one learned was not written. */
  | { readonly kind: 'lost' };

/**
 * Carries an operation one step further: asks the backend, and commits what came of it before anyone is told. Who calls
 * it must hold the operation's lease.
 */
@Injectable()
export class OperationEngine {
  constructor(
    private readonly backend: BackendStep,
    private readonly lifecycle: LifecycleStore,
    private readonly catalog: Catalog,
    private readonly signals: OperationSignals,
    private readonly timings: Timings,
    private readonly journal: Journal,
  ) {}

  async advance(task: Task, deadline: Date): Promise<Progress> {
    const taken = await this.backend.take(task, deadline);
    const step = checkedStep(taken, this.catalog.findByIds(task.instance.serviceId, task.instance.planId));
    const progress = await this.record(task, step);
    if (progress.kind === 'lost') this.journal.warn('operation was taken over by another process', fields(task));
    this.signals.moved(task.operation.id);
    return progress;
  }

  /**
   * Ends a create or bind nobody can wait for any longer, whoever holds it, and has it cleaned up.
   *
   * @returns 'lost' when it ended by itself meanwhile
   */
  async abandon(task: Task, error: BrokerError): Promise<Written> {
    const written = await this.lifecycle.settle({ ...failure(task, error, true, this.timings.cleanUpMs), by: 'anyone' });
    this.signals.moved(task.operation.id);
    return written;
  }

  private async record(task: Task, step: Step): Promise<Progress> {
    const isDelete = task.operation.kind === 'deprovision' || task.operation.kind === 'unbind';
    switch (step.kind) {
      case 'done':
        return this.succeed(task, step);
      case 'gone':
        if (isDelete) return this.succeed(task, step);
        return this.pauseOrGiveUp(task, 'the backend says it is gone');
      case 'accepted':
        return this.accept(task, step);
      case 'in progress':
        return this.pauseOrGiveUp(task, undefined, step.retryAfterMs);
      case 'refused':
        return this.refuse(task, step.error);
      case 'unknown':
        return this.pauseOrGiveUp(task, step.reason);
    }
  }

  private async succeed(task: Task, step: Extract<Step, { kind: 'done' | 'gone' }>): Promise<Progress> {
    const written = await this.lifecycle.settle(success(task, step));
    if (written === 'lost') return { kind: 'lost' };
    return { kind: 'succeeded', gone: step.kind === 'gone', result: step.kind === 'done' ? step : {} };
  }

  private async accept(task: Task, step: Extract<Step, { kind: 'accepted' }>): Promise<Progress> {
    const written = await this.lifecycle.recordAccepted(task.operation, {
      pauseMs: this.timings.pauseMs(1, step.retryAfterMs),
      audit: auditOf(task, 'accepted'),
      ...optional('pollToken', step.pollToken),
      ...optional('instance', step.instance && { ...step.instance }),
    });
    return written === 'lost' ? { kind: 'lost' } : { kind: 'in progress', result: optional('instance', step.instance) };
  }

  private async refuse(task: Task, error: BrokerError): Promise<Progress> {
    const { operation } = task;
    const retryLater = operation.initiator === 'gateway' || (operation.step === 'send' && operation.attempts > 0 && isBusy(error));
    if (retryLater) return this.pauseOrGiveUp(task, error.code, retryAfterMs(error));
    return this.fail(task, error, error.mayHaveActed || mayHaveActedBefore(task, error));
  }

  private async pauseOrGiveUp(task: Task, reason?: string, retryAfter?: number): Promise<Progress> {
    const { operation } = task;
    if (reason !== undefined) this.journal.warn('backend gave no usable answer', { ...fields(task), reason });
    const mayGiveUp = operation.kind !== 'deprovision' && operation.kind !== 'unbind';
    if (task.overdue && mayGiveUp) {
      return this.fail(task, new BrokerError('Timeout', 'the operation did not end in the time it was given'), true);
    }
    const written = await this.lifecycle.recordPause(operation, this.timings.pauseMs(operation.attempts, retryAfter));
    return written === 'lost' ? { kind: 'lost' } : { kind: 'in progress', result: {} };
  }

  private async fail(task: Task, error: BrokerError, mayHaveActed: boolean): Promise<Progress> {
    const settlement = failure(task, error, mayHaveActed, this.timings.cleanUpMs);
    if ((await this.lifecycle.settle(settlement)) === 'lost') return { kind: 'lost' };
    return { kind: 'failed', failure: settlement.failure as OperationFailure };
  }
}

/**
 * An accepted create acted, and so may an earlier send whose answer never came. After a Conflict what is there may be
 * somebody else's (decision 13): it is not touched.
 */
function mayHaveActedBefore({ operation }: Task, error: BrokerError): boolean {
  return operation.step === 'poll' || (operation.attempts > 0 && error.code !== 'Conflict');
}

/** Worth asking again by the runner: the backend did not execute it. */
const isBusy = (error: BrokerError): boolean => error.code === 'ConcurrencyError' || error.code === 'Unavailable';

const retryAfterMs = (error: BrokerError): number | undefined =>
  error.details.retryAfterSeconds === undefined ? undefined : error.details.retryAfterSeconds * 1000;

const fields = ({ operation, instance }: Task): Record<string, unknown> => ({
  operation: operation.id,
  kind: operation.kind,
  instance: instance.instanceId,
});
