import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { deleteAnswer } from '../instances/deprovision-instance.js';
import { RequestChecks } from '../instances/request-checks.js';
import { optional } from '../optional.js';
import type { DeleteAnswer } from '../operations/accepted-deletes.js';
import type { Caller } from '../operations/caller.js';
import { EarlierCreates } from '../operations/earlier-creates.js';
import type { BindingView, LifecycleTransaction, Task } from '../operations/lifecycle-store.js';
import { newTask, sentNow } from '../operations/new-task.js';
import { OperationAnswers } from '../operations/operation-answers.js';
import { OverlapPolicy } from '../operations/overlap-policy.js';
import { Reservations } from '../operations/reservations.js';
import { asyncBindingsFrom214 } from './bind-instance.js';
import type { Binding } from './binding.js';

export interface UnbindCommand {
  readonly caller: Caller;
  readonly instanceId: string;
  readonly bindingId: string;
  readonly serviceId: string;
}

type Reserved = { readonly kind: 'start' | 'follow' | 'queued'; readonly task: Task } | { readonly kind: 'nothing' };

/** DELETE /v2/service_instances/:instance_id/service_bindings/:binding_id (OSB 2.17, Unbinding). */
@Injectable()
export class UnbindInstance {
  constructor(
    private readonly checks: RequestChecks,
    private readonly overlaps: OverlapPolicy,
    private readonly reservations: Reservations,
    private readonly answers: OperationAnswers,
    private readonly earlier: EarlierCreates,
  ) {}

  /** @throws BrokerError Gone for a binding this platform does not have under this instance */
  async execute(command: UnbindCommand): Promise<DeleteAnswer> {
    const caller = asyncBindingsFrom214(command.caller);
    const reserved = await this.overlaps.reserve(caller, (transaction) => this.reserve(transaction, { ...command, caller }));
    if (reserved.kind === 'nothing' || reserved.task.binding?.state !== 'ready') {
      await this.earlier.heard({ platformId: caller.platform.id, instanceId: command.instanceId, bindingId: command.bindingId });
    }
    switch (reserved.kind) {
      case 'nothing':
        throw new BrokerError('Gone', 'there is no service binding of this id');
      case 'queued':
        return deleteAnswer(await this.answers.accept(reserved.task));
      case 'follow':
        return deleteAnswer(await this.answers.follow(reserved.task, caller));
      case 'start':
        return deleteAnswer(await this.answers.start(reserved.task, caller));
    }
  }

  private async reserve(transaction: LifecycleTransaction, command: UnbindCommand): Promise<Reserved | 'wait'> {
    const { caller, instanceId, bindingId, serviceId } = command;
    const view = await transaction.lockInstance(caller.platform.id, instanceId);
    const binding = view && (await transaction.findBinding(view.instance, bindingId));
    if (!view || !binding) return { kind: 'nothing' };
    if (serviceId !== view.instance.serviceId) {
      throw new BrokerError('BadRequest', `service_id "${serviceId}" is not the service of this instance`);
    }
    const own = view.pending.filter(({ bindingIncarnation }) => bindingIncarnation === binding.incarnation);
    const twin = own.find(({ kind, state }) => kind === 'unbind' && state === 'running');
    for (const { id, initiator } of own) {
      if (initiator !== 'gateway') continue;
      await transaction.unpark(id);
      await transaction.join(id, caller.origin.requestId);
    }
    if (twin) return { kind: 'follow', task: newTask({ operation: twin, platform: caller.platform, instance: view.instance, binding }) };
    if (own.length > 0) return this.reserveBehind(transaction, { ...view, binding }, caller);
    if (view.pending.some(({ bindingIncarnation }) => !bindingIncarnation)) throw busy();
    if (this.overlaps.bindingMustWait(view)) return 'wait';

    this.checks.backendTakesCalls(view.instance.backendId);
    return { kind: 'start', task: await this.insert(transaction, { ...view, binding }, caller, 'running') };
  }

  /** The bind itself is still running: the wish waits behind it. */
  private async reserveBehind(transaction: LifecycleTransaction, view: BindingView, caller: Caller): Promise<Reserved> {
    if (!caller.acceptsIncomplete) throw busy();
    const queued = view.pending.find(({ kind, bindingIncarnation }) => kind === 'unbind' && bindingIncarnation === view.binding?.incarnation);
    if (!queued) return { kind: 'queued', task: await this.insert(transaction, view, caller, 'queued') };
    return { kind: 'queued', task: newTask({ operation: queued, platform: caller.platform, instance: view.instance, ...optional('binding', view.binding) }) };
  }

  private async insert(
    transaction: LifecycleTransaction,
    view: BindingView,
    caller: Caller,
    state: 'running' | 'queued',
  ): Promise<Task> {
    const { instance } = view;
    const { reservation, task } = this.reservations.make({
      kind: 'unbind',
      platform: caller.platform,
      origin: caller.origin,
      instance,
      binding: view.binding as Binding,
      exclusive: this.overlaps.isSerial(instance.backendId),
      isSyncOnly: this.checks.isSyncOnly('unbind', instance, caller.acceptsIncomplete),
      state,
    });
    const { unquietForMs } = await transaction.insertOperation(reservation);
    return sentNow(task, unquietForMs);
  }
}

const busy = (): BrokerError =>
  new BrokerError('ConcurrencyError', 'another operation on this instance or binding is in progress; try again when it has ended');
