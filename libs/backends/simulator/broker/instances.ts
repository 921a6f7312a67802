import { randomUUID } from 'node:crypto';
import { BrokerError, fromRawJson, mergeRawObjects, type InstanceRef, type InstanceResult, type Outcome, type RawJson } from '#sdk';
import { jsonAnswer, type Answer } from './answer.js';
import {
  acceptedAgain,
  callFor,
  carryOut,
  demandIdle,
  identityOf,
  isRunning,
  operationWord,
  type Workshop,
} from './flow.js';
import { applyPending, refOf, type Following } from './following.js';
import type { KnownCatalog } from './known-catalog.js';
import { parseBody, provisionBody, requiredQuery, updateBody, type Member, type OsbRequest } from './osb-request.js';
import type { InstanceRecord } from './records.js';
import { withoutUndefined } from '../without-undefined.js';

/** The routes that change an instance. */
export class Instances {
  constructor(
    private readonly workshop: Workshop,
    private readonly following: Following,
    private readonly catalog: KnownCatalog,
  ) {}

  /** PUT /v2/service_instances/:instance_id */
  async provision(request: OsbRequest): Promise<Answer> {
    const { value, member } = parseBody(request, provisionBody);
    const target = { serviceId: value.service_id, planId: value.plan_id, expected: value.maintenance_info?.version };
    const version = await this.catalog.maintenanceVersion(target, this.workshop.signal);
    await this.catalog.demandParameters(target, 'provision', member('parameters'), this.workshop.signal);
    const fresh: InstanceRecord = withoutUndefined({
      instanceId: request.instanceId,
      serviceId: value.service_id,
      planId: value.plan_id,
      organizationGuid: value.organization_guid,
      spaceGuid: value.space_guid,
      parameters: member('parameters')?.raw,
      context: member('context')?.raw,
      maintenanceVersion: version,
      identity: instanceIdentity(value.service_id, value.plan_id, value, member('parameters')),
      operationId: randomUUID(),
      phase: 'failed' as const,
      slot: {},
      bindings: [],
    });
    const existing = await this.following.instance(request);
    if (existing === undefined) return this.#createFresh(fresh, request, member);
    if (existing.identity !== fresh.identity) throw new BrokerError('Conflict', 'The instance has other attributes.');
    if (existing.phase === 'ready') return jsonAnswer(200, wireResult(existing));
    if (existing.phase === 'creating' && isRunning(existing)) {
      return acceptedAgain(existing.operation, request, wireResult(existing));
    }
    demandIdle(existing);
    return this.#create(existing, request, member);
  }

  /** PATCH /v2/service_instances/:instance_id */
  async update(request: OsbRequest): Promise<Answer> {
    const { value, member } = parseBody(request, updateBody);
    const instance = await this.following.instance(request);
    if (instance === undefined) throw new BrokerError('NotFound', 'The instance does not exist.');
    demandService(instance, value.service_id);
    const { serviceId, planId: previousPlanId } = instance;
    const planId = value.plan_id ?? previousPlanId;
    const expected = value.maintenance_info?.version;
    const version = await this.catalog.maintenanceVersion({ serviceId, planId, expected }, this.workshop.signal);
    await this.catalog.demandParameters({ serviceId, planId }, 'update', member('parameters'), this.workshop.signal);
    const identity = identityOf([planId, expected, member('context')?.raw], member('parameters'));
    if (isRunning(instance) && instance.operation.kind === 'update' && instance.operation.identity === identity) {
      return acceptedAgain(instance.operation, request);
    }
    demandIdle(instance);
    const maintained = expected !== undefined || planId !== previousPlanId ? version : undefined;
    instance.pending = pendingChange(instance, planId, maintained, member);
    const change = withoutUndefined({ previousPlanId, previousValues: member('previous_values') });
    const call = this.#call(request, instance, randomUUID());
    const outcome = await carryOut<InstanceResult>(this.workshop, instance, request, {
      kind: 'update',
      phase: 'updating',
      identity,
      planId: previousPlanId,
      send: () => this.workshop.backend.update({ ...refOf(instance), planId, ...change, ...sent(member) }, call),
      finish: (result) => applyPending(instance, result),
      look: () => this.following.lookAtInstance(instance, request),
    });
    return this.#changed(instance, outcome, 200);
  }

  /** DELETE /v2/service_instances/:instance_id */
  async deprovision(request: OsbRequest): Promise<Answer> {
    const serviceId = requiredQuery(request, 'service_id');
    requiredQuery(request, 'plan_id');
    const instance = await this.following.instance(request);
    if (instance === undefined) throw new BrokerError('Gone', 'The instance does not exist.');
    demandService(instance, serviceId);
    if (instance.phase === 'deleting' && isRunning(instance)) return acceptedAgain(instance.operation, request);
    if (!this.#cancels(instance)) demandIdle(instance);
    for (const binding of instance.bindings) await this.following.lookAtBinding(instance, binding, request);
    instance.bindings.forEach(demandIdle);
    const { backend, records } = this.workshop;
    const call = this.#call(request, instance, randomUUID());
    await carryOut<void>(this.workshop, instance, request, {
      kind: 'deprovision',
      phase: 'deleting',
      identity: '',
      planId: instance.planId,
      send: () => backend.deprovision(refOf(instance), call).catch(forgetGone(() => records.remove(instance))),
      finish: () => records.remove(instance),
      look: () => this.following.lookAtInstance(instance, request),
    });
    return isRunning(instance) ? jsonAnswer(202, { operation: operationWord(instance.operation) }) : jsonAnswer(200);
  }

  async #createFresh(instance: InstanceRecord, request: OsbRequest, member: Member): Promise<Answer> {
    this.workshop.records.add(instance);
    try {
      return await this.#create(instance, request, member);
    } catch (error) {
      if (error instanceof BrokerError && !error.mayHaveActed) this.workshop.records.forget(instance);
      throw error;
    }
  }

  async #create(instance: InstanceRecord, request: OsbRequest, member: Member): Promise<Answer> {
    const { organizationGuid, spaceGuid, identity, planId } = instance;
    const call = this.#call(request, instance, instance.operationId);
    const provision = { ...refOf(instance), organizationGuid, spaceGuid, ...sent(member) };
    const outcome = await carryOut<InstanceResult>(this.workshop, instance, request, {
      kind: 'provision',
      phase: 'creating',
      identity,
      planId,
      send: () => this.workshop.backend.provision(provision, call),
      finish: (result) => void Object.assign(instance, withoutUndefined(result)),
      look: () => this.following.lookAtInstance(instance, request),
    });
    return this.#changed(instance, outcome, 201);
  }

  /** The answer to a change, keeping what became known with it. */
  #changed(instance: InstanceRecord, outcome: Outcome<InstanceResult>, status: number): Answer {
    const result = withoutUndefined(outcome.result ?? {});
    if (outcome.kind === 'accepted') Object.assign(instance.pending ?? instance, result);
    this.workshop.records.save();
    if (!isRunning(instance)) return jsonAnswer(status, wireResult(result));
    return jsonAnswer(202, { operation: operationWord(instance.operation), ...wireResult(result) });
  }

  #cancels(instance: InstanceRecord): boolean {
    const { cancelCreate = false } = this.workshop.backend.capabilities;
    return cancelCreate && instance.phase === 'creating' && isRunning(instance);
  }

  #call(request: OsbRequest, instance: InstanceRecord, operationId: string): ReturnType<typeof callFor> {
    return callFor(request, this.workshop, this.workshop.records.slot(instance), operationId);
  }
}

/** The members a platform reads of a result. */
export function wireResult({ dashboardUrl, metadata }: Partial<InstanceResult>): Record<string, unknown> {
  return { dashboard_url: dashboardUrl, metadata };
}

/** Passes a failure on; what the backend says is gone is forgotten first. */
export function forgetGone(forget: () => void): (error: unknown) => never {
  return (error) => {
    if (error instanceof BrokerError && error.code === 'Gone') forget();
    throw error;
  };
}

function sent(member: Member): { parameters?: RawJson; context?: RawJson; maintenanceInfo?: RawJson } {
  return withoutUndefined({
    parameters: member('parameters'),
    context: member('context'),
    maintenanceInfo: member('maintenance_info'),
  });
}

function pendingChange(
  instance: InstanceRecord,
  planId: string,
  maintenanceVersion: string | undefined,
  member: Member,
): NonNullable<InstanceRecord['pending']> {
  const { serviceId, organizationGuid, spaceGuid } = instance;
  const merged = mergeRawObjects(instance.parameters, member('parameters')?.raw);
  const parameters = merged === undefined ? undefined : fromRawJson(merged);
  const owner = { organization_guid: organizationGuid, space_guid: spaceGuid };
  const identity = instanceIdentity(serviceId, planId, owner, parameters);
  const context = member('context')?.raw;
  return withoutUndefined({ planId, maintenanceVersion, identity, parameters: parameters?.raw, context });
}

function instanceIdentity(
  serviceId: string,
  planId: string,
  owner: { organization_guid: string; space_guid: string },
  parameters: RawJson | undefined,
): string {
  return identityOf([serviceId, planId, owner.organization_guid, owner.space_guid], parameters);
}

export function demandService({ serviceId }: InstanceRef, claimed: string): void {
  if (claimed !== serviceId) throw new BrokerError('BadRequest', `The instance is not of service ${claimed}.`);
}
