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
import { cancellation } from '../operations/settlements.js';
import { RequestChecks } from './request-checks.js';

export interface DeprovisionCommand {
  readonly caller: Caller;
  readonly instanceId: string;
  readonly serviceId: string;
}

type Reserved = { readonly kind: 'start' | 'follow' | 'queued'; readonly task: Task } | { readonly kind: 'nothing' };

/**
 * DELETE /v2/service_instances/:instance_id (OSB 2.17, Deprovisioning). With `accepts_incomplete` it is a wish that
 * outlives the request: during another operation it is queued behind it, or cancels the create where the backend can.
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
    if (view.pending.some(isInTheWay)) return this.reserveBehind(transaction, view, caller);

    this.checks.backendTakesCalls(view.instance.backendId);
    if (view.pending.some(({ isCallOpen }) => isCallOpen)) {
      return { kind: 'queued', task: await this.insert(transaction, view, caller, 'queued') };
    }
    return { kind: 'start', task: await this.insert(transaction, view, caller, 'running') };
  }

  private async reserveBehind(transaction: LifecycleTransaction, view: InstanceView, caller: Caller): Promise<Reserved> {
    if (!caller.acceptsIncomplete) {
      throw new BrokerError('ConcurrencyError', 'another operation on this instance is in progress; try again when it has ended');
    }
    const queued = view.pending.find(({ kind }) => kind === 'deprovision');
    if (queued) return { kind: 'queued', task: taskOf(view, queued, caller) };
    const create = this.cancellable(view);
    if (!create) return { kind: 'queued', task: await this.insert(transaction, view, caller, 'queued') };

    this.checks.backendTakesCalls(view.instance.backendId);
    const written = await transaction.settle(cancellation(taskOf(view, create, caller)));
    if (written === 'lost') throw new BrokerError('ConcurrencyError', 'the create ended at this very moment; try again');
    return { kind: 'start', task: await this.insert(transaction, view, caller, 'running') };
  }

  /** A create that was accepted and whose backend can be told to stop it. */
  private cancellable({ instance, pending }: InstanceView): Operation | undefined {
    if (!this.registry.capabilitiesOf(instance.backendId).cancelCreate) return undefined;
    return pending.find(({ kind, step }) => kind === 'provision' && step === 'poll');
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
