import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import type { OperationId } from '../ids/ids.js';
import { optional } from '../optional.js';
import type { Caller } from './caller.js';
import { Journal } from '../journal/journal.js';
import { LifecycleStore, type Task } from './lifecycle-store.js';
import { OperationEngine, type OperationResult, type Progress } from './operation-engine.js';
import { OperationSignals } from './operation-signals.js';
import { isEnded, type OperationFailure } from './operation.js';
import { persistently } from './persistently.js';
import { Promotion } from './promotion.js';
import { Timings } from './timings.js';

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
    private readonly lifecycle: LifecycleStore,
    private readonly signals: OperationSignals,
    private readonly promotion: Promotion,
    private readonly timings: Timings,
    private readonly journal: Journal,
  ) {}

  /** Sends the mutation this request has just reserved, and answers. The work goes on should the client hang up. */
  async start(task: Task, patience: Patience): Promise<OperationAnswer> {
    const work = this.engine.advance(task, patience.deadline);
    const progress = await this.atMost(work, this.promotion.promoteAfterMs(task, patience));
    if (progress === 'slow') return { kind: 'accepted', operationId: task.operation.id, result: {} };
    switch (progress.kind) {
      case 'succeeded':
        return { kind: 'completed', gone: progress.gone, result: progress.result };
      case 'failed':
        throw errorOf(progress.failure);
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
    const { id } = task.operation;
    if (patience.acceptsIncomplete) return (await this.answerIfEnded(id)) ?? { kind: 'accepted', operationId: id, result: known };
    const watch = this.signals.watch(id);
    try {
      for (;;) {
        const ended = await persistently(() => this.answerIfEnded(id), patience.deadline);
        if (ended) return ended;
        const leftMs = patience.deadline.getTime() - Date.now();
        if (leftMs <= 0) return await this.giveUp(task);
        await watch.next(Math.min(leftMs, this.timings.lookAgainMs));
      }
    } finally {
      watch.end();
    }
  }

  private async answerIfEnded(id: OperationId): Promise<OperationAnswer | undefined> {
    const task = await this.lifecycle.findTask(id);
    if (!task || !isEnded(task.operation)) return undefined;
    if (task.operation.failure) throw errorOf(task.operation.failure);
    return { kind: 'completed', gone: false, result: resultOf(task) };
  }

  /** The platform takes no 202 and will not wait longer. A create is undone; anything else goes on to its end. */
  private async giveUp(task: Task): Promise<OperationAnswer> {
    const { kind, initiator, id } = task.operation;
    const isCreate = kind === 'provision' || kind === 'bind';
    const error = new BrokerError('Timeout', timeoutText(isCreate));
    if (!isCreate || initiator === 'gateway') throw error;
    if ((await this.engine.abandon(task, error)) === 'written') throw error;
    const ended = await this.answerIfEnded(id);
    if (ended) return ended;
    throw error;
  }
}

function resultOf({ instance, binding }: Task): OperationResult {
  return { instance, ...optional('binding', binding?.result) };
}

function timeoutText(isCreate: boolean): string {
  return isCreate
    ? 'the backend did not finish in time; what it made is being removed. Ask with accepts_incomplete=true to wait longer'
    : 'the backend did not finish in time; the operation goes on. Ask again later';
}

export function errorOf(failure: OperationFailure): BrokerError {
  const { code, description, ...details } = failure;
  return new BrokerError(code, description, details);
}
