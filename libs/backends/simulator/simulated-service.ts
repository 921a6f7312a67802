import { createHash, randomUUID } from 'node:crypto';
import {
  accepted,
  BrokerError,
  done,
  fromRawJson,
  mergeRawObjects,
  type BindingMetadata,
  type BindingRef,
  type BindingResult,
  type BindRequest,
  type InstanceRef,
  type InstanceResult,
  type OperationKind,
  type Outcome,
  type ProvisionRequest,
  type UpdateRequest,
} from '#sdk';
import type { AsyncBehaviour, Behaviour } from './behaviour.js';
import type { Inventory, SimulatedBinding, SimulatedInstance } from './inventory.js';
import type { SimulatedOperation } from './operation.js';
import type { SimulatedPlan } from './plans.js';
import { withoutUndefined } from './without-undefined.js';

/** How one change is carried out. */
export interface Carrying {
  readonly operationId?: string | undefined;
  readonly behaviour: Behaviour;
}

export interface ServiceOptions {
  plan(serviceId: string, planId: string): SimulatedPlan | undefined;
  readonly asyncDurationMs: number;
  readonly cancelCreate: boolean;
  readonly sharedCredentials: boolean;
}

/** The simulated service itself: does what is asked, at once or as an operation, and never fails by mistake. */
export class SimulatedService {
  constructor(
    private readonly inventory: Inventory,
    private readonly options: ServiceOptions,
  ) {}

  provision(request: ProvisionRequest, carrying: Carrying): Outcome<InstanceResult> {
    const { instanceId, serviceId, planId, organizationGuid, spaceGuid, parameters, context } = request;
    const { operationId, behaviour } = carrying;
    const existing = this.inventory.instance(instanceId);
    if (existing !== undefined) {
      return repeated(existing, 'provision', existing.createdBy, operationId, instanceResult(existing));
    }
    const instance: SimulatedInstance = withoutUndefined({
      instanceId,
      serviceId,
      planId,
      organizationGuid,
      spaceGuid,
      parameters: parameters?.raw,
      context: context?.raw,
      createdBy: operationId,
      answer: { dashboardUrl: dashboardUrl(instanceId), ...behaviour.answer },
      status: 'ready' as const,
      operations: [],
      bindings: [],
    });
    this.inventory.add(instance);
    return this.#begin(instance, 'provision', carrying) ?? done(instanceResult(instance));
  }

  update(request: UpdateRequest, carrying: Carrying): Outcome<InstanceResult> {
    const { operationId, behaviour } = carrying;
    const instance = this.#instance(request);
    const result = { ...behaviour.answer } as InstanceResult;
    if (operationId !== undefined && instance.updatedBy === operationId) {
      return repeated(instance, 'update', instance.updatedBy, operationId, result);
    }
    demandIdle(instance);
    if (request.planId !== instance.planId && this.#published(instance)['plan_updateable'] !== true) {
      throw new BrokerError('UpdateNotSupported', `An instance of plan ${instance.planId} cannot change its plan.`);
    }
    const { parameters, context, planId } = request;
    const answer = { ...instance.answer, ...behaviour.answer };
    const merged = mergeRawObjects(instance.parameters, parameters?.raw);
    const change = withoutUndefined({ planId, parameters: merged, context: context?.raw, answer });
    if (operationId !== undefined) instance.updatedBy = operationId;
    instance.pendingChange = change;
    const begun = this.#begin(instance, 'update', carrying, result);
    if (begun !== undefined) return begun;
    delete instance.pendingChange;
    Object.assign(instance, change);
    return done(result);
  }

  deprovision(request: InstanceRef, carrying: Carrying): Outcome<void> {
    const instance = this.inventory.instance(request.instanceId);
    if (instance === undefined) throw new BrokerError('Gone', 'The instance does not exist.');
    const running = runningOperation(instance);
    if (running?.kind === 'deprovision' && running.operationId === carrying.operationId) return acceptedAgain(running);
    if (running?.kind === 'provision' && this.options.cancelCreate) {
      running.cancelled = true;
      this.inventory.instance(request.instanceId);
    }
    demandIdle(instance);
    const begun = this.#begin<void>(instance, 'deprovision', carrying);
    if (begun !== undefined) return begun;
    this.inventory.remove(instance);
    return done(undefined);
  }

  bind(request: BindRequest, carrying: Carrying): Outcome<BindingResult> {
    const { operationId } = carrying;
    const instance = this.#instance(request);
    const existing = this.inventory.binding(request.instanceId, request.bindingId);
    if (existing !== undefined) {
      return repeated(existing, 'bind', existing.createdBy, operationId, bindingResult(existing));
    }
    if (instance.status === 'failed') throw new BrokerError('BadRequest', 'The instance was never completed.');
    demandIdle(instance);
    if (this.#published(instance)['bindable'] === false) {
      throw new BrokerError('BadRequest', `Plan ${instance.planId} cannot be bound.`);
    }
    demandBindable(request, this.options.plan(instance.serviceId, instance.planId));
    const binding = this.#newBinding(request, instance, carrying);
    this.inventory.addBinding(instance, binding);
    return this.#begin<BindingResult>(binding, 'bind', carrying) ?? done(bindingResult(binding));
  }

  unbind(request: BindingRef, carrying: Carrying): Outcome<void> {
    const instance = this.inventory.instance(request.instanceId);
    const binding = this.inventory.binding(request.instanceId, request.bindingId);
    if (instance === undefined || binding === undefined) throw new BrokerError('Gone', 'The binding does not exist.');
    const running = runningOperation(binding);
    if (running?.kind === 'unbind' && running.operationId === carrying.operationId) return acceptedAgain(running);
    demandIdle(binding);
    const begun = this.#begin<void>(binding, 'unbind', carrying);
    if (begun !== undefined) return begun;
    this.inventory.removeBinding(instance, binding);
    return done(undefined);
  }

  #newBinding(request: BindRequest, instance: SimulatedInstance, carrying: Carrying): SimulatedBinding {
    const predecessor = this.#predecessor(request, instance);
    const { bindingsExpire = false } = this.options.plan(instance.serviceId, instance.planId) ?? {};
    const shared = this.options.sharedCredentials ? instance.bindings[0]?.credentials : undefined;
    return withoutUndefined({
      bindingId: request.bindingId,
      createdBy: carrying.operationId,
      parameters: request.parameters?.raw ?? predecessor?.parameters,
      context: request.context?.raw,
      credentials: carrying.behaviour.credentials?.raw ?? shared ?? newCredentials(),
      answer: { ...(bindingsExpire ? { metadata: anHourFromNow() } : {}), ...carrying.behaviour.answer },
      status: 'ready' as const,
      operations: [],
    });
  }

  #predecessor(
    { instanceId, predecessorBindingId }: BindRequest,
    instance: SimulatedInstance,
  ): SimulatedBinding | undefined {
    if (predecessorBindingId === undefined) return undefined;
    if (this.#published(instance)['binding_rotatable'] !== true) {
      throw new BrokerError('BadRequest', `Bindings of plan ${instance.planId} cannot be rotated.`);
    }
    const predecessor = this.inventory.binding(instanceId, predecessorBindingId);
    if (predecessor !== undefined) demandIdle(predecessor);
    if (predecessor !== undefined && hasExpired(predecessor)) {
      throw new BrokerError('BadRequest', `The predecessor ${predecessorBindingId} has expired.`);
    }
    if (predecessor?.status === 'ready') return predecessor;
    throw new BrokerError('BadRequest', `The predecessor ${predecessorBindingId} is no binding of this instance.`);
  }

  #published({ serviceId, planId }: SimulatedInstance): Record<string, unknown> {
    return this.options.plan(serviceId, planId)?.published ?? {};
  }

  #instance({ instanceId }: InstanceRef): SimulatedInstance {
    const instance = this.inventory.instance(instanceId);
    if (instance === undefined) throw new BrokerError('NotFound', 'The instance does not exist.');
    return instance;
  }

  /** Starts the operation where the behaviour asks for one. */
  #begin<T>(
    resource: SimulatedInstance | SimulatedBinding,
    kind: OperationKind,
    { behaviour, operationId }: Carrying,
    result: Partial<T> = early(resource),
  ): Outcome<T> | undefined {
    const asked = behaviour.async;
    if (asked === undefined || asked === false) return undefined;
    const how: AsyncBehaviour = asked === true ? { outcome: 'succeeded' } : asked;
    const { pollToken = randomUUID(), durationMs = how.polls === undefined ? this.options.asyncDurationMs : 0 } = how;
    const operation: SimulatedOperation = withoutUndefined({
      kind,
      operationId,
      pollToken: pollToken ?? undefined,
      startedAtMs: Date.now(),
      before: resource.status,
      behaviour: { ...how, durationMs, ...(isSpent(resource, kind, how) ? { outcome: 'succeeded' } : {}) },
      polls: 0,
    });
    this.inventory.begin(resource, operation);
    return acceptedAgain(operation, result);
  }
}

/** Whether operations of this kind have ended badly as often as they shall. */
function isSpent({ operations }: SimulatedInstance | SimulatedBinding, kind: OperationKind, { times = Infinity }: AsyncBehaviour): boolean {
  return operations.filter((one) => one.kind === kind).length >= times;
}

/** The dashboard's address is known at once; a binding's credentials are not. */
function early<T>(resource: SimulatedInstance | SimulatedBinding): Partial<T> {
  return ('instanceId' in resource ? instanceResult(resource) : {}) as Partial<T>;
}

/** A change sent again: the same answer for the same operation, a conflict for another. */
function repeated<T>(
  resource: SimulatedInstance | SimulatedBinding,
  kind: OperationKind,
  madeBy: string | undefined,
  operationId: string | undefined,
  result: T,
): Outcome<T> {
  if (madeBy === undefined || madeBy !== operationId) throw new BrokerError('Conflict', 'The id is taken.');
  const operation = resource.operations.find((one) => one.kind === kind && one.operationId === operationId);
  return operation === undefined ? done(result) : acceptedAgain(operation, early<T>(resource));
}

function acceptedAgain<T>({ pollToken, behaviour }: SimulatedOperation, result: Partial<T> = {}): Outcome<T> {
  return accepted(withoutUndefined({ pollToken, retryAfterMs: behaviour.retryAfterMs, result }));
}

function runningOperation(resource: SimulatedInstance | SimulatedBinding): SimulatedOperation | undefined {
  return resource.operations.find(({ ended }) => ended === undefined);
}

function demandIdle(resource: SimulatedInstance | SimulatedBinding): void {
  const running = runningOperation(resource);
  if (running === undefined) return;
  throw new BrokerError('ConcurrencyError', `Another operation is in progress: ${running.kind}.`);
}

/** @throws BrokerError when the bind does not name what the plan is for */
function demandBindable({ appGuid, bindResource }: BindRequest, { bindsOnly }: Partial<SimulatedPlan> = {}): void {
  const { app_guid: app, route } = (bindResource?.value ?? {}) as Record<string, unknown>;
  if (bindsOnly === 'app' && !appGuid && !app) throw new BrokerError('RequiresApp', 'This plan can be bound to an app only.');
  if (bindsOnly === 'route' && !route) throw new BrokerError('BadRequest', 'This plan can be bound to a route only: bind_resource.route.');
}

function hasExpired({ answer }: SimulatedBinding): boolean {
  const { metadata } = answer as BindingResult;
  return metadata?.expires_at !== undefined && Date.parse(metadata.expires_at) <= Date.now();
}

function anHourFromNow(): BindingMetadata {
  const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString().replace(/\d\dZ$/, 'Z');
  return { expires_at: inMinutes(60), renew_before: inMinutes(50) };
}

export function instanceResult(instance: SimulatedInstance): InstanceResult {
  return instance.answer;
}

export function bindingResult({ credentials, answer }: SimulatedBinding): BindingResult {
  return { credentials: fromRawJson(credentials), ...(answer as BindingResult) };
}

function newCredentials(): string {
  return JSON.stringify({ username: randomUUID(), password: randomUUID() });
}

function dashboardUrl(instanceId: string): string {
  const short = createHash('sha256').update(instanceId).digest('hex').slice(0, 16);
  return `https://simulator.example/instances/${short}`;
}
