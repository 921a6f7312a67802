import { Injectable } from '@nestjs/common';
import { BrokerError, mergeRawObjects, type InstanceResult, type RawJson } from '#sdk';
import { Catalog, type Offered } from '../catalog/catalog.js';
import type { OperationId } from '../ids/ids.js';
import { optional } from '../optional.js';
import type { Caller } from '../operations/caller.js';
import { LifecycleStore, type InstanceView } from '../operations/lifecycle-store.js';
import { newTask } from '../operations/new-task.js';
import { OperationAnswers } from '../operations/operation-answers.js';
import type { Operation, UpdateIntent } from '../operations/operation.js';
import { holdsInstance, OverlapPolicy } from '../operations/overlap-policy.js';
import { Reservations } from '../operations/reservations.js';
import { untilAnswered } from '../operations/until-answered.js';
import type { Instance } from './instance.js';
import { RequestChecks } from './request-checks.js';
import { sameJson, stillHolds } from './same-attributes.js';

export interface UpdateCommand {
  readonly caller: Caller;
  readonly instanceId: string;
  readonly serviceId: string;
  readonly planId?: string;
  readonly parameters?: RawJson;
  readonly context?: RawJson;
  readonly maintenanceInfo?: RawJson;
  readonly previousValues?: RawJson;
}

export type UpdateAnswer =
  | { readonly kind: 'updated'; readonly instance: InstanceResult }
  | { readonly kind: 'accepted'; readonly operationId: OperationId; readonly instance: InstanceResult };

/** PATCH /v2/service_instances/:instance_id (OSB 2.17, Updating a Service Instance). */
@Injectable()
export class UpdateInstance {
  constructor(
    private readonly catalog: Catalog,
    private readonly checks: RequestChecks,
    private readonly overlaps: OverlapPolicy,
    private readonly reservations: Reservations,
    private readonly lifecycle: LifecycleStore,
    private readonly answers: OperationAnswers,
  ) {}

  execute(command: UpdateCommand): Promise<UpdateAnswer> {
    return untilAnswered(command.caller, () => this.attempt(command));
  }

  /** Nothing when the instance got another plan, or its id another life, between the checks and the lock. */
  private async attempt(command: UpdateCommand): Promise<UpdateAnswer | undefined> {
    const { caller, instanceId } = command;
    const view = await this.lifecycle.findInstance(caller.platform.id, instanceId);
    if (!view) throw notFound();
    if (view.instance.state === 'failed') throw view.pending.length > 0 ? busy() : notFound();
    const { instance } = view;
    if (command.serviceId !== instance.serviceId) {
      throw new BrokerError('BadRequest', `service_id "${command.serviceId}" is not the service of this instance`);
    }
    const target = this.target(command, instance);
    const intent = intentOf(command, instance);
    const twin = twinOf(view, intent);
    if (twin) return answerOf(await this.join(twin, instance, caller), instance);

    await this.check(command, instance, target);
    const reserved = await this.reserve(command, instance, intent, target);
    if (reserved.kind === 'changed') return undefined;
    if (reserved.kind === 'twin') return answerOf(await this.join(reserved.twin, instance, caller), instance);
    return answerOf(await this.answers.start(reserved.task, caller), instance);
  }

  /** The plan after the update, as offered; an instance whose plan vanished may keep it. */
  private target({ caller, planId }: UpdateCommand, instance: Instance): Offered | undefined {
    const current = this.catalog.findByIds(instance.serviceId, instance.planId);
    if (planId === undefined || planId === instance.planId) return current;
    const target = this.catalog.require(caller.platform.kind, instance.serviceId, planId);
    if (target.backendId !== instance.backendId) {
      throw new BrokerError('BadRequest', `plan "${planId}" belongs to another backend than this instance`);
    }
    if (current && !current.plan.planUpdateable) {
      const description = `plan "${current.plan.name}" does not allow a change of plan`;
      throw new BrokerError('UpdateNotSupported', description, { updateRepeatable: false });
    }
    return target;
  }

  private async check(command: UpdateCommand, instance: Instance, target: Offered | undefined): Promise<void> {
    const planId = command.planId ?? instance.planId;
    this.checks.isSyncOnly('update', { ...instance, planId }, command.caller.acceptsIncomplete);
    this.checks.parametersFit(instance.parameters, command.parameters);
    if (!target) return;
    this.checks.maintenanceVersion(target.plan, command.maintenanceInfo);
    if (!command.parameters) return;
    await this.checks.parametersMatch(command.caller.origin, { backendId: instance.backendId, planId }, target.plan.schemas.update, command.parameters);
  }

  private reserve(command: UpdateCommand, checked: Instance, update: UpdateIntent, target: Offered | undefined) {
    const { caller, instanceId } = command;
    return this.overlaps.reserve(caller, async (transaction) => {
      const view = await transaction.lockInstance(caller.platform.id, instanceId);
      if (!view) throw notFound();
      if (view.instance.state === 'failed') throw view.pending.length > 0 ? busy() : notFound();
      if (!stillHolds(checked, view.instance)) return { kind: 'changed' } as const;
      const twin = twinOf(view, update);
      if (twin) return { kind: 'twin', twin } as const;
      if (view.pending.some(isInTheWay)) throw busy();
      if (view.pending.some(holdsInstance)) return 'wait';
      this.checks.backendTakesCalls(view.instance.backendId);
      const { reservation, task } = this.reservations.make({
        kind: 'update',
        platform: caller.platform,
        origin: caller.origin,
        instance: view.instance,
        update,
        exclusive: true,
        isSyncOnly: this.checks.isSyncOnly('update', { ...view.instance, planId: update.planId }, caller.acceptsIncomplete),
        state: 'running',
        ...optional('plan', target?.plan),
      });
      await transaction.insertOperation(reservation);
      return { kind: 'reserved', task } as const;
    });
  }

  private join(operation: Operation, instance: Instance, caller: Caller) {
    const task = newTask({ operation, platform: caller.platform, instance });
    return this.answers.follow(task, caller);
  }
}

/** What was accepted tells the dashboard there is: some platforms take an answer without one for the end of it. */
function answerOf({ result, ...answer }: Awaited<ReturnType<OperationAnswers['follow']>>, { dashboardUrl }: Instance): UpdateAnswer {
  if (answer.kind !== 'accepted') return { kind: 'updated', instance: result.instance ?? {} };
  return { kind: 'accepted', operationId: answer.operationId, instance: { ...optional('dashboardUrl', dashboardUrl), ...result.instance } };
}

function intentOf(command: UpdateCommand, instance: Instance): UpdateIntent {
  return {
    planId: command.planId ?? instance.planId,
    previousPlanId: instance.planId,
    ...optional('parameters', command.parameters?.raw),
    ...optional('context', command.context?.raw),
    ...optional('maintenanceInfo', command.maintenanceInfo?.raw),
    ...optional('previousValues', previousValuesOf(command, instance)),
  };
}

/** Who names no plan is given the instance's for `plan_id`; brokers that compare it with the previous one need both. */
function previousValuesOf({ planId, previousValues }: UpdateCommand, instance: Instance): string | undefined {
  if (planId !== undefined) return previousValues?.raw;
  return mergeRawObjects(JSON.stringify({ plan_id: instance.planId }), previousValues?.raw);
}

/** The running update this request repeats, if it does. A new context is a change of its own: a renamed instance. */
function twinOf({ pending }: InstanceView, intent: UpdateIntent): Operation | undefined {
  return pending.find(
    ({ kind, update }) =>
      kind === 'update' &&
      update !== undefined &&
      update.planId === intent.planId &&
      sameJson(update.parameters, intent.parameters) &&
      sameJson(update.context, intent.context) &&
      sameJson(update.maintenanceInfo, intent.maintenanceInfo),
  );
}

/** What a platform has begun, or the delete it waits for: nothing that the gateway does by itself for a moment. */
const isInTheWay = (operation: Operation): boolean =>
  operation.bindingIncarnation === undefined || (operation.initiator === 'platform' && holdsInstance(operation));

const notFound = (): BrokerError => new BrokerError('NotFound', 'there is no service instance of this id');

const busy = (): BrokerError =>
  new BrokerError('ConcurrencyError', 'another operation on this instance is in progress; try again when it has ended');
