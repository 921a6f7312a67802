import { Injectable } from '@nestjs/common';
import { BrokerError, type BindingResult, type RawJson } from '#sdk';
import { Catalog, type Offered } from '../catalog/catalog.js';
import { newIncarnation, type OperationId } from '../ids/ids.js';
import type { Instance } from '../instances/instance.js';
import { RequestChecks } from '../instances/request-checks.js';
import { inheritsParameters, sameBinding, stillHolds } from '../instances/same-attributes.js';
import { optional } from '../optional.js';
import { hungUp, type Caller } from '../operations/caller.js';
import { EarlierCreates } from '../operations/earlier-creates.js';
import { LifecycleStore, type BindingView, type LifecycleTransaction, type Task } from '../operations/lifecycle-store.js';
import { newTask } from '../operations/new-task.js';
import { OperationAnswers, type OperationAnswer } from '../operations/operation-answers.js';
import { OverlapPolicy } from '../operations/overlap-policy.js';
import { Reservations } from '../operations/reservations.js';
import { untilAnswered } from '../operations/until-answered.js';
import type { Binding, BindingAttributes } from './binding.js';

export interface BindCommand {
  readonly caller: Caller;
  readonly instanceId: string;
  readonly bindingId: string;
  /** Absent on a rotation, whose body names only the predecessor. */
  readonly serviceId?: string;
  readonly planId?: string;
  readonly appGuid?: string;
  readonly bindResource?: RawJson;
  readonly parameters?: RawJson;
  readonly context?: RawJson;
  readonly predecessorBindingId?: string;
}

export type BindAnswer =
  | { readonly kind: 'created' | 'exists'; readonly binding: BindingResult }
  | { readonly kind: 'accepted'; readonly operationId: OperationId };

/** What was found out before anything is locked. */
interface Checked {
  readonly instance: Instance;
  readonly offered?: Offered;
  readonly attributes: BindingAttributes;
}

type Reserved =
  | { readonly kind: 'exists'; readonly view: BindingView; readonly binding: Binding }
  | { readonly kind: 'reserved'; readonly task: Task }
  | { readonly kind: 'changed' };

/** PUT /v2/service_instances/:instance_id/service_bindings/:binding_id (OSB 2.17, Binding and Binding Rotation). */
@Injectable()
export class BindInstance {
  constructor(
    private readonly catalog: Catalog,
    private readonly checks: RequestChecks,
    private readonly overlaps: OverlapPolicy,
    private readonly reservations: Reservations,
    private readonly lifecycle: LifecycleStore,
    private readonly answers: OperationAnswers,
    private readonly earlier: EarlierCreates,
  ) {}

  execute(command: BindCommand): Promise<BindAnswer> {
    const caller = asyncBindingsFrom214(command.caller);
    return untilAnswered(caller, () => this.attempt(command, caller));
  }

  /** Nothing when what was looked at is over: another plan of the instance, another life of its id, a bind that had failed. */
  private async attempt(command: BindCommand, caller: Caller): Promise<BindAnswer | undefined> {
    const { platform } = caller;
    const view = await this.lifecycle.findBinding(platform.id, command.instanceId, command.bindingId);
    if (!view) throw noInstance();
    if (view.instance.state === 'failed') throw view.pending.length > 0 ? busy() : noInstance();
    if (view.binding && view.binding.state !== 'failed') return this.answerExisting(command, view, view.binding, caller);
    if (view.binding || view.failureUnheard) return this.answerFailed(command, view, caller);

    const offered = this.catalog.findByIds(view.instance.serviceId, view.instance.planId);
    const attributes = await this.check(command, view, offered, caller);
    const reserved = await this.overlaps.reserve(caller, (transaction) =>
      this.reserve(transaction, command, { attributes, instance: view.instance, ...optional('offered', offered) }, caller),
    );
    if (reserved.kind === 'changed') return undefined;
    if (reserved.kind === 'exists') return this.answerExisting(command, reserved.view, reserved.binding, caller);
    return answerOf(await this.answers.start(reserved.task, caller), 'created');
  }

  /** What the new binding will be. */
  private async check(command: BindCommand, view: BindingView, offered: Offered | undefined, caller: Caller): Promise<BindingAttributes> {
    const { instance } = view;
    const asked = attributesOf(command);
    namesThisInstance(command, instance);
    if (instance.state !== 'ready') throw busy();
    if (offered && !offered.plan.bindable) {
      throw new BrokerError('BadRequest', `plan "${offered.plan.name}" is not bindable`);
    }
    this.checks.isSyncOnly('bind', instance, caller.acceptsIncomplete);
    const predecessor = await this.usablePredecessor(command, offered, caller);
    if (!inheritsParameters(asked)) await this.checks.parametersMatch(caller.origin, instance, offered?.plan.schemas.bind, command.parameters);
    this.checks.backendTakesCalls(instance.backendId);
    return inheritsParameters(asked) ? { ...asked, ...optional('parameters', predecessor?.parameters) } : asked;
  }

  private async usablePredecessor(command: BindCommand, offered: Offered | undefined, caller: Caller): Promise<Binding | undefined> {
    const predecessorId = command.predecessorBindingId;
    if (predecessorId === undefined) return undefined;
    if (offered && !offered.plan.bindingRotatable) {
      throw new BrokerError('BadRequest', `bindings of plan "${offered.plan.name}" can't be rotated (binding_rotatable is false)`);
    }
    if (predecessorId === command.bindingId) {
      throw new BrokerError('BadRequest', 'predecessor_binding_id must name another binding than the new one');
    }
    const predecessor = await this.lifecycle.findBinding(caller.platform.id, command.instanceId, predecessorId);
    if (predecessor?.binding && isBeingChanged(predecessor, predecessor.binding)) throw busy();
    if (predecessor?.binding?.state !== 'ready') {
      throw new BrokerError('BadRequest', 'predecessor_binding_id names no usable binding of this instance');
    }
    const expiresAt = predecessor.binding.result?.metadata?.expires_at;
    if (expiresAt !== undefined && Date.parse(expiresAt) <= Date.now()) {
      throw new BrokerError('BadRequest', 'the binding named by predecessor_binding_id has expired');
    }
    return predecessor.binding;
  }

  private async reserve(
    transaction: LifecycleTransaction,
    command: BindCommand,
    checked: Checked,
    caller: Caller,
  ): Promise<Reserved | 'wait'> {
    const view = await transaction.lockInstance(caller.platform.id, command.instanceId);
    if (!view) throw noInstance();
    const existing = await transaction.findBinding(view.instance, command.bindingId);
    if (existing?.state === 'failed') return { kind: 'changed' };
    if (existing) return { kind: 'exists', view: { ...view, binding: existing }, binding: existing };
    if (view.instance.state !== 'ready' || view.pending.some(({ bindingIncarnation }) => !bindingIncarnation)) throw busy();
    if (!stillHolds(checked.instance, view.instance)) return { kind: 'changed' };
    if (this.overlaps.bindingMustWait(view)) return 'wait';
    if (await transaction.isReserved(view.instance, command.bindingId)) return 'wait';
    if (caller.hasHungUp()) throw hungUp();

    const binding = newBinding(command, checked.attributes, view.instance);
    const { reservation, task } = this.reservations.make({
      kind: 'bind',
      platform: caller.platform,
      origin: caller.origin,
      instance: view.instance,
      binding,
      exclusive: this.overlaps.isSerial(view.instance.backendId),
      isSyncOnly: this.checks.isSyncOnly('bind', view.instance, caller.acceptsIncomplete),
      state: 'running',
      ...optional('plan', checked.offered?.plan),
    });
    await transaction.insertBinding(binding);
    await transaction.insertOperation(reservation);
    return { kind: 'reserved', task };
  }

  /** The bind of this id that was here before failed. */
  private async answerFailed(command: BindCommand, view: BindingView, caller: Caller): Promise<BindAnswer | undefined> {
    const { instanceId, bindingId } = command;
    const { instance, binding, pending } = view;
    const deletion = pending.find(({ kind, bindingIncarnation }) => kind === 'unbind' && bindingIncarnation === binding?.incarnation);
    if (deletion?.initiator === 'platform') throw busy();
    const unheard = await this.earlier.unheard(caller, { platformId: caller.platform.id, instanceId, bindingId });
    if (unheard) return { kind: 'accepted', operationId: unheard };
    if (!binding) return undefined;
    this.checks.backendTakesCalls(instance.backendId);
    if (await this.earlier.removed(caller, deletion)) return undefined;
    this.checks.backendTakesCalls(instance.backendId);
    throw busy();
  }

  private async answerExisting(command: BindCommand, view: BindingView, binding: Binding, caller: Caller): Promise<BindAnswer> {
    const running = view.pending.find(
      ({ bindingIncarnation, state }) => bindingIncarnation === binding.incarnation && state === 'running',
    );
    if (running?.kind === 'unbind') throw busy();
    if (!isSame(command, view.instance, binding)) {
      throw new BrokerError('Conflict', 'a binding of this id exists with other attributes');
    }
    if (binding.state === 'ready') return { kind: 'exists', binding: binding.result ?? {} };
    if (!running) throw busy();
    const task = newTask({ operation: running, platform: caller.platform, instance: view.instance, binding });
    return answerOf(await this.answers.follow(task, caller), 'exists');
  }
}

/** Older clients do not know asynchronous bindings: they are served by waiting. */
export function asyncBindingsFrom214(caller: Caller): Caller {
  return { ...caller, acceptsIncomplete: caller.acceptsIncomplete && caller.apiMinor >= 14 };
}

function isBeingChanged({ pending }: BindingView, { incarnation }: Binding): boolean {
  return pending.some(({ bindingIncarnation }) => bindingIncarnation === incarnation);
}

function namesThisInstance({ serviceId, planId, predecessorBindingId }: BindCommand, instance: Instance): void {
  const isRotation = predecessorBindingId !== undefined;
  if (!isRotation || serviceId !== undefined) {
    if (serviceId !== instance.serviceId) throw new BrokerError('BadRequest', 'service_id is not the service of this instance');
  }
  if (!isRotation || planId !== undefined) {
    if (planId !== instance.planId) throw new BrokerError('BadRequest', 'plan_id is not the plan of this instance');
  }
}

function isSame(command: BindCommand, instance: Instance, binding: Binding): boolean {
  const { serviceId, planId } = command;
  const sameOffer = (serviceId ?? instance.serviceId) === instance.serviceId && (planId ?? instance.planId) === instance.planId;
  return sameOffer && sameBinding(attributesOf(command), binding);
}

function attributesOf(command: BindCommand): BindingAttributes {
  return {
    ...optional('appGuid', command.appGuid || undefined),
    ...optional('bindResource', command.bindResource?.raw),
    ...optional('parameters', command.parameters?.raw),
    ...optional('predecessorBindingId', command.predecessorBindingId),
  };
}

function newBinding(command: BindCommand, attributes: BindingAttributes, instance: Instance): Binding {
  return {
    ...attributes,
    incarnation: newIncarnation(),
    instanceIncarnation: instance.incarnation,
    bindingId: command.bindingId,
    backendBindingId: command.bindingId,
    state: 'creating',
    backendState: {},
    ...optional('context', command.context?.raw),
  };
}

function answerOf(answer: OperationAnswer, kind: 'created' | 'exists'): BindAnswer {
  return answer.kind === 'accepted' ? answer : { kind, binding: answer.result.binding ?? {} };
}

const noInstance = (): BrokerError => new BrokerError('NotFound', 'there is no service instance of this id');

const busy = (): BrokerError =>
  new BrokerError('ConcurrencyError', 'another operation on this instance or binding is in progress; try again when it has ended');
