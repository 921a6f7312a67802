import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { BackendRegistry } from '../backends/backend-registry.js';
import type { DeleteAnswer } from '../operations/accepted-deletes.js';
import type { Caller } from '../operations/caller.js';
import { EarlierCreates } from '../operations/earlier-creates.js';
import { LifecycleStore, type InstanceView, type LifecycleTransaction, type Task } from '../operations/lifecycle-store.js';
import { newTask, sentNow } from '../operations/new-task.js';
import { OperationAnswers, type OperationAnswer } from '../operations/operation-answers.js';
import type { Operation } from '../operations/operation.js';
import { Reservations } from '../operations/reservations.js';
import { cancellation, goneCountsInMs } from '../operations/settlements.js';
import { Timings } from '../operations/timings.js';
import { RequestChecks } from './request-checks.js';

export interface DeprovisionCommand {
  readonly caller: Caller;
  readonly instanceId: string;
  readonly serviceId: string;
}

type Reserved = { readonly kind: 'start' | 'follow' | 'queued'; readonly task: Task } | { readonly kind: 'nothing' };

/**
 * DELETE /v2/service_instances/:instance_id (OSB 2.17, Deprovisioning). With `accepts_incomplete` it is a wish that
 * outlives the request: it waits for a call of the instance that is under way, and overtakes whatever else goes on (ADR 24).
 */
@Injectable()
export class DeprovisionInstance {
  constructor(
    private readonly checks: RequestChecks,
    private readonly registry: BackendRegistry,
    private readonly reservations: Reservations,
    private readonly lifecycle: LifecycleStore,
    private readonly answers: OperationAnswers,
    private readonly earlier: EarlierCreates,
    private readonly timings: Timings,
  ) {}

  /** @throws BrokerError Gone for an instance this platform does not have: unknown, foreign and deleted are one. */
  async execute(command: DeprovisionCommand): Promise<DeleteAnswer> {
    const { caller, instanceId } = command;
    const reserved = await this.lifecycle.transaction((transaction) => this.reserve(transaction, command));
    if (reserved.kind === 'nothing' || reserved.task.instance.state !== 'ready') {
      await this.earlier.heard({ platformId: caller.platform.id, instanceId });
    }
    switch (reserved.kind) {
      case 'nothing':
        throw new BrokerError('Gone', 'there is no service instance of this id');
      case 'queued':
        return deleteAnswer(await this.answers.confirmed(reserved.task, caller));
      case 'follow':
        return deleteAnswer(await this.answers.follow(reserved.task, caller));
      case 'start':
        return deleteAnswer(await this.answers.start(reserved.task, caller));
    }
  }

  private async reserve(transaction: LifecycleTransaction, command: DeprovisionCommand): Promise<Reserved> {
    const { caller, instanceId, serviceId } = command;
    const view = await transaction.lockInstance(caller.platform.id, instanceId);
    if (!view) return { kind: 'nothing' };
    if (serviceId !== view.instance.serviceId) {
      throw new BrokerError('BadRequest', `service_id "${serviceId}" is not the service of this instance`);
    }
    const twin = view.pending.find(({ kind, state }) => kind === 'deprovision' && state === 'running');
    for (const { id, kind, initiator } of view.pending) {
      if (kind !== 'deprovision' || initiator !== 'gateway') continue;
      await transaction.unpark(id);
      await transaction.join(id, caller.origin.requestId);
    }
    if (twin) return { kind: 'follow', task: taskOf(view, twin, caller) };
    if (view.pending.some(isInTheWay) && !caller.acceptsIncomplete) {
      throw new BrokerError('ConcurrencyError', 'another operation on this instance is in progress; try again when it has ended');
    }
    const queued = view.pending.find(({ kind }) => kind === 'deprovision');
    if (queued) return { kind: 'queued', task: taskOf(view, queued, caller) };
    if (view.pending.some((operation) => operation.keepsDeprovisionWaiting && !this.isCancellable(operation))) {
      return { kind: 'queued', task: await this.insert(transaction, view, caller, 'queued') };
    }
    this.checks.backendTakesCalls(view.instance.backendId);
    const create = view.pending.find(({ kind }) => kind === 'provision');
    if (create) return { kind: 'start', task: await this.overtake(transaction, view, create, caller) };
    return { kind: 'start', task: await this.insert(transaction, view, caller, 'running') };
  }

  /** Its backend can be told to stop it, even while its call is under way. */
  private isCancellable({ kind, backendId }: Operation): boolean {
    return kind === 'provision' && this.registry.capabilitiesOf(backendId).cancelCreate === true;
  }

  /** The create is not sent again, and what it makes all the same is removed with the instance. */
  private async overtake(transaction: LifecycleTransaction, view: InstanceView, create: Operation, caller: Caller): Promise<Task> {
    const written = await transaction.settle(cancellation(taskOf(view, create, caller), create.isCallOpen === true));
    if (written === 'lost') throw new BrokerError('ConcurrencyError', 'the create ended at this very moment; try again');
    const task = await this.insert(transaction, view, caller, 'running');
    const goneInMs = goneCountsInMs(create, this.timings);
    await transaction.overtook(task.operation.id, goneInMs);
    return { ...task, goneCountsInMs: goneInMs };
  }

  private async insert(
    transaction: LifecycleTransaction,
    { instance, pending }: InstanceView,
    caller: Caller,
    state: 'running' | 'queued',
  ): Promise<Task> {
    const { platform, origin } = caller;
    const exclusive = pending.length === 0;
    const isSyncOnly = this.checks.isSyncOnly('deprovision', instance, caller.acceptsIncomplete);
    const { reservation, task } = this.reservations.make({ kind: 'deprovision', platform, origin, instance, exclusive, state, isSyncOnly });
    const { unquietForMs } = await transaction.insertOperation(reservation);
    return sentNow(task, unquietForMs);
  }
}

/** Orphan mitigation of a binding is overtaken. */
const isInTheWay = ({ kind, initiator }: Operation): boolean => initiator === 'platform' || kind === 'deprovision';

const taskOf = ({ instance }: InstanceView, operation: Operation, { platform }: Caller): Task =>
  newTask({ operation, platform, instance });

/** A backend that knew nothing of it makes the answer 410, which platforms take for success. */
export function deleteAnswer(answer: OperationAnswer): DeleteAnswer {
  if (answer.kind === 'accepted') return answer;
  if (answer.gone) throw new BrokerError('Gone', 'the backend had no such resource any more');
  return { kind: 'deleted' };
}
