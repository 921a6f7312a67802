import { Injectable } from '@nestjs/common';
import { BrokerError, type InstanceResult, type RawJson } from '#sdk';
import { Catalog, type Offered } from '../catalog/catalog.js';
import { newIncarnation, newUuid, type OperationId } from '../ids/ids.js';
import { optional } from '../optional.js';
import type { Caller } from '../operations/caller.js';
import { EarlierCreates } from '../operations/earlier-creates.js';
import { LifecycleStore, type InstanceView, type Task } from '../operations/lifecycle-store.js';
import { newTask } from '../operations/new-task.js';
import { OperationAnswers, type OperationAnswer } from '../operations/operation-answers.js';
import { Reservations } from '../operations/reservations.js';
import { untilAnswered } from '../operations/until-answered.js';
import type { Instance, InstanceAttributes } from './instance.js';
import { RequestChecks } from './request-checks.js';
import { sameInstance } from './same-attributes.js';

export interface ProvisionCommand {
  readonly caller: Caller;
  readonly instanceId: string;
  readonly serviceId: string;
  readonly planId: string;
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  readonly parameters?: RawJson;
  readonly context?: RawJson;
  readonly maintenanceInfo?: RawJson;
}

export type ProvisionAnswer =
  | { readonly kind: 'created' | 'exists'; readonly instance: InstanceResult }
  | { readonly kind: 'accepted'; readonly operationId: OperationId; readonly instance: InstanceResult };

/** PUT /v2/service_instances/:instance_id (OSB 2.17, Provisioning). */
@Injectable()
export class ProvisionInstance {
  constructor(
    private readonly catalog: Catalog,
    private readonly checks: RequestChecks,
    private readonly reservations: Reservations,
    private readonly lifecycle: LifecycleStore,
    private readonly answers: OperationAnswers,
    private readonly earlier: EarlierCreates,
  ) {}

  execute(command: ProvisionCommand): Promise<ProvisionAnswer> {
    return untilAnswered(command.caller, () => this.attempt(command));
  }

  /** Nothing when the instance of this id is gone meanwhile. */
  private async attempt(command: ProvisionCommand): Promise<ProvisionAnswer | undefined> {
    const offered = await this.check(command);
    if (!(offered instanceof BrokerError)) {
      const task = await this.reserve(command, offered);
      if (task) return answerOf(await this.answers.start(task, command.caller), 'created');
    }
    const view = await this.lifecycle.findInstance(command.caller.platform.id, command.instanceId);
    if (view && view.instance.state !== 'failed') return this.answerExisting(command, view);
    return this.answerFailed(command, offered, view);
  }

  /** A refusal is kept, not thrown: a re-sent request for an instance that exists is answered all the same. */
  private async check(command: ProvisionCommand): Promise<Offered | BrokerError> {
    const { caller, serviceId, planId, parameters, maintenanceInfo } = command;
    try {
      const offered = this.catalog.require(caller.platform.kind, serviceId, planId);
      this.checks.takesNewInstances(offered);
      this.checks.maintenanceVersion(offered.plan, maintenanceInfo);
      this.checks.isSyncOnly('provision', { ...offered, planId }, caller.acceptsIncomplete);
      await this.checks.parametersMatch(caller.origin, { backendId: offered.backendId, planId }, offered.plan.schemas.provision, parameters);
      this.checks.backendTakesCalls(offered.backendId);
      return offered;
    } catch (error) {
      if (error instanceof BrokerError) return error;
      throw error;
    }
  }

  /** The committed intent, or nothing where the platform has an instance of that id already. */
  private async reserve(command: ProvisionCommand, offered: Offered): Promise<Task | undefined> {
    for (const backendInstanceId of [command.instanceId, newUuid()]) {
      const instance = newInstance(command, offered, backendInstanceId);
      const { reservation, task } = this.reservations.make({
        kind: 'provision',
        platform: command.caller.platform,
        origin: command.caller.origin,
        instance,
        exclusive: true,
        isSyncOnly: this.checks.isSyncOnly('provision', instance, command.caller.acceptsIncomplete),
        state: 'running',
        plan: offered.plan,
        ...optional('maintenanceInfo', command.maintenanceInfo?.raw),
      });
      const reserved = await this.lifecycle.reserveProvision(instance, reservation);
      if (reserved === 'reserved') return task;
      if (reserved === 'instance exists' || reserved === 'failure unheard') return undefined;
    }
    throw new Error('a new uuid is taken at the backend');
  }

  /** There is none of this id, but one may have failed. */
  private async answerFailed(command: ProvisionCommand, offered: Offered | BrokerError, view?: InstanceView): Promise<ProvisionAnswer | undefined> {
    const { caller, instanceId } = command;
    const deletion = view?.pending.find(({ kind }) => kind === 'deprovision');
    if (deletion?.initiator === 'platform') throw beingDeleted();
    const unheard = await this.earlier.unheard(caller, { platformId: caller.platform.id, instanceId });
    if (unheard) return { kind: 'accepted', operationId: unheard, instance: {} };
    if (offered instanceof BrokerError) throw offered;
    if (!view || (await this.earlier.removed(caller, deletion))) return undefined;
    this.checks.backendTakesCalls(offered.backendId);
    throw beingDeleted();
  }

  private async answerExisting(command: ProvisionCommand, view: InstanceView): Promise<ProvisionAnswer> {
    const { instance, pending } = view;
    const own = pending.filter(({ bindingIncarnation }) => !bindingIncarnation);
    const running = own.find(({ state }) => state === 'running');
    const isBeingDeleted = own.some(({ kind }) => kind === 'deprovision') && running?.kind !== 'provision';
    if (isBeingDeleted) throw beingDeleted();
    if (!sameInstance(instance, attributesOf(command))) {
      throw new BrokerError('Conflict', 'an instance of this id exists with other attributes');
    }
    if (instance.state === 'ready') return { kind: 'exists', instance };
    if (!running) throw goneMeanwhile();
    const task = newTask({ operation: running, platform: command.caller.platform, instance });
    return answerOf(await this.answers.follow(task, command.caller), 'exists');
  }
}

function newInstance(command: ProvisionCommand, offered: Offered, backendInstanceId: string): Instance {
  const version = (command.maintenanceInfo?.value as { version?: string } | undefined)?.version;
  return {
    ...attributesOf(command),
    incarnation: newIncarnation(),
    platformId: command.caller.platform.id,
    instanceId: command.instanceId,
    backendId: offered.backendId,
    backendInstanceId,
    state: 'creating',
    backendState: {},
    ...optional('context', command.context?.raw),
    ...optional('maintenanceVersion', version ?? offered.plan.maintenanceInfo?.version),
  };
}

function attributesOf({ serviceId, planId, organizationGuid, spaceGuid, parameters }: ProvisionCommand): InstanceAttributes {
  return { serviceId, planId, organizationGuid, spaceGuid, ...optional('parameters', parameters?.raw) };
}

function answerOf(answer: OperationAnswer, kind: 'created' | 'exists'): ProvisionAnswer {
  const instance = answer.result.instance ?? {};
  return answer.kind === 'accepted' ? { kind: 'accepted', operationId: answer.operationId, instance } : { kind, instance };
}

const beingDeleted = (): BrokerError =>
  new BrokerError('ConcurrencyError', 'the instance of this id is being deleted; try again when that has ended');

const goneMeanwhile = (): BrokerError =>
  new BrokerError('ConcurrencyError', 'the instance of this id was deleted at this very moment; try again');
