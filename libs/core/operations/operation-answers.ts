import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import type { OperationId } from '../ids/ids.js';
import { DatabaseUnavailable } from '../database-unavailable.js';
import { optional } from '../optional.js';
import type { Caller } from './caller.js';
import { EarlierCreates } from './earlier-creates.js';
import { Journal } from '../journal/journal.js';
import { LifecycleStore, type ResourceName, type Task } from './lifecycle-store.js';
import { OperationEnds } from './operation-ends.js';
import { OperationEngine } from './operation-engine.js';
import type { OperationResult, Progress } from './operation-progress.js';
import { errorOf, lifeOf, type OperationFailure } from './operation.js';
import { Promotion } from './promotion.js';

/** How long this request can wait, and whether its platform takes a 202. */
export type Patience = Pick<Caller, 'acceptsIncomplete' | 'deadline'>;

export type OperationAnswer =
  | { readonly kind: 'completed'; readonly gone: boolean; readonly result: OperationResult }
  | { readonly kind: 'accepted'; readonly operationId: OperationId; readonly result: OperationResult };

/** Turns the course of an operation into the answer to one request: at the end, a 202, or an error. */
@Injectable()
export class OperationAnswers {
  constructor(
    private readonly engine: OperationEngine,
    private readonly ends: OperationEnds,
    private readonly earlier: EarlierCreates,
    private readonly promotion: Promotion,
    private readonly lifecycle: LifecycleStore,
    private readonly journal: Journal,
  ) {}

  /** Sends the mutation this request has just reserved, and answers. The work goes on should the client hang up. */
  async start(task: Task, patience: Patience): Promise<OperationAnswer> {
    const promoteAfterMs = this.promotion.promoteAfterMs(task, patience);
    const work = this.engine.advance({ ...task, outlivesRequest: promoteAfterMs !== undefined }, patience.deadline);
    const progress = await this.atMost(work, promoteAfterMs ?? budgetLeftMs(task, patience));
    if (progress === 'slow') return promoteAfterMs === undefined ? this.follow(task, patience) : this.accept(task);
    switch (progress.kind) {
      case 'succeeded':
        return { kind: 'completed', gone: progress.gone, result: progress.result };
      case 'failed':
        throw await this.told(task, progress.failure);
      case 'in progress':
        return this.follow(task, patience, progress.result);
      case 'lost':
        return this.follow(task, patience);
    }
  }

  /** The progress, or `slow` when the platform is better told to come back. The work goes on either way. */
  private async atMost(work: Promise<Progress>, limitMs: number | undefined): Promise<Progress | 'slow'> {
    if (limitMs === undefined) return work;
    const { promise, resolve } = Promise.withResolvers<'slow'>();
    const timer = setTimeout(resolve, limitMs, 'slow');
    try {
      const first = await Promise.race([work, promise]);
      if (first === 'slow') work.catch((error: unknown) => this.journal.error('an operation in the background hit an error', { error }));
      return first;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Answers for an operation that somebody else carries on: a joined twin, or the runner. */
  async follow(task: Task, patience: Patience, known: OperationResult = resultOf(task)): Promise<OperationAnswer> {
    const { id, isUnconfirmed } = task.operation;
    if (isUnconfirmed) await this.confirm(task);
    if (patience.acceptsIncomplete) return { kind: 'accepted', operationId: id, result: known };
    const ended = await this.ends.awaited(id, patience.deadline);
    return ended ? this.endOf(ended) : this.giveUp(task);
  }

  /** Answers for an operation that waits for others: somebody else is going to begin it. It is confirmed first. */
  async confirmed(task: Task, patience: Patience): Promise<OperationAnswer> {
    await this.confirm(task);
    return this.follow(task, patience);
  }

  /** 202 for an operation that nothing is written of yet but that it was asked for: it is confirmed first. */
  async accept(task: Task): Promise<Extract<OperationAnswer, { kind: 'accepted' }>> {
    await this.confirm(task);
    return { kind: 'accepted', operationId: task.operation.id, result: {} };
  }

  /** Where that can't be written now, and its holder dies as well, the operation ends as failed: its platform asks again. */
  private async confirm({ operation }: Task): Promise<void> {
    await this.lifecycle.confirm(operation.id).catch((error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) throw error;
    });
  }

  private async endOf(task: Task): Promise<OperationAnswer> {
    const { failure } = task.operation;
    if (failure) throw await this.told(task, failure);
    return { kind: 'completed', gone: false, result: resultOf(task) };
  }

  /** The failure as it is told: a create is free to be sent again then. */
  private async told(task: Task, failure: OperationFailure): Promise<BrokerError> {
    if (isCreate(task)) await this.earlier.heard(nameOf(task), lifeOf(task.operation));
    return errorOf(failure);
  }

  /** The platform takes no 202 and will not wait longer. A create is undone; anything else goes on to its end. */
  private async giveUp(task: Task): Promise<OperationAnswer> {
    const { initiator, id } = task.operation;
    const error = new BrokerError('Timeout', timeoutText(task));
    if (!isCreate(task) || initiator === 'gateway') throw error;
    if ((await this.engine.abandon(task, error)) === 'lost') {
      const ended = await this.ends.seen(id);
      if (ended) return this.endOf(ended);
    }
    await this.earlier.heard(nameOf(task), lifeOf(task.operation));
    throw error;
  }
}

/** Any other call ends in time by itself. */
function budgetLeftMs({ operation: { callMs } }: Task, { deadline }: Patience): number | undefined {
  return callMs === undefined ? undefined : Math.max(0, deadline.getTime() - Date.now());
}

const isCreate = ({ operation: { kind } }: Task): boolean => kind === 'provision' || kind === 'bind';

function nameOf({ platform, instance, binding }: Task): ResourceName {
  return { platformId: platform.id, instanceId: instance.instanceId, ...optional('bindingId', binding?.bindingId) };
}

function resultOf({ instance, binding }: Task): OperationResult {
  return { instance, ...optional('binding', binding?.result) };
}

function timeoutText(task: Task): string {
  return isCreate(task)
    ? 'the backend did not finish in time; what it made is being removed. Ask with accepts_incomplete=true to wait longer'
    : 'the backend did not finish in time; the operation goes on. Ask again later';
}
