import { randomUUID } from 'node:crypto';
import {
  BrokerError,
  fromRawJson,
  type BindingCall,
  type BindingResult,
  type BindRequest,
  type FetchedBinding,
} from '#sdk';
import type { z } from 'zod';
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
import { refOf, type Following } from './following.js';
import { demandService, forgetGone } from './instances.js';
import type { KnownCatalog } from './known-catalog.js';
import { bindBody, parseBody, requiredQuery, type Member, type OsbRequest } from './osb-request.js';
import type { BindingRecord, InstanceRecord } from './records.js';
import { withoutUndefined } from '../without-undefined.js';

/** The routes that change a binding. */
export class Bindings {
  constructor(
    private readonly workshop: Workshop,
    private readonly following: Following,
    private readonly catalog: KnownCatalog,
  ) {}

  /** PUT /v2/service_instances/:instance_id/service_bindings/:binding_id */
  async bind(request: OsbRequest): Promise<Answer> {
    const { value, member } = parseBody(request, bindBody);
    const instance = await this.following.instance(request);
    if (instance === undefined) throw new BrokerError('NotFound', 'The instance does not exist.');
    demandIdle(instance);
    const { app_guid, bind_resource, predecessor_binding_id } = value;
    const { service_id = instance.serviceId, plan_id = instance.planId } = value;
    await this.catalog.demandParameters(instance, 'bind', member('parameters'), this.workshop.signal);
    const attributes = [service_id, plan_id, app_guid, bind_resource, predecessor_binding_id];
    const fresh: BindingRecord = withoutUndefined({
      bindingId: request.bindingId,
      parameters: member('parameters')?.raw,
      identity: identityOf(attributes, member('parameters')),
      operationId: randomUUID(),
      phase: 'failed' as const,
      slot: {},
    });
    const existing = await this.following.binding(request);
    if (existing === undefined) {
      demandService(instance, service_id);
      demandPlan(instance, plan_id);
      return this.#createFresh(instance, fresh, request, bindRequest(value, member));
    }
    if (existing.identity !== fresh.identity) throw new BrokerError('Conflict', 'The binding has other attributes.');
    if (existing.phase === 'ready') return bindingAnswer(200, await this.#kept(instance, existing, request));
    if (existing.phase === 'creating' && isRunning(existing)) return acceptedAgain(existing.operation, request);
    demandIdle(existing);
    return this.#create(instance, existing, request, bindRequest(value, member));
  }

  /** DELETE /v2/service_instances/:instance_id/service_bindings/:binding_id */
  async unbind(request: OsbRequest): Promise<Answer> {
    const serviceId = requiredQuery(request, 'service_id');
    requiredQuery(request, 'plan_id');
    const instance = await this.following.instance(request);
    const binding = await this.following.binding(request);
    if (instance === undefined || binding === undefined) throw new BrokerError('Gone', 'The binding does not exist.');
    demandService(instance, serviceId);
    if (binding.phase === 'deleting' && isRunning(binding)) return acceptedAgain(binding.operation, request);
    demandIdle(binding);
    demandIdle(instance);
    const { backend, records } = this.workshop;
    const forget = (): void => records.removeBinding(instance, binding);
    const ref = { ...refOf(instance), bindingId: binding.bindingId };
    const call = this.#call(request, instance, binding, randomUUID());
    await carryOut<void>(this.workshop, binding, request, {
      kind: 'unbind',
      phase: 'deleting',
      identity: '',
      planId: instance.planId,
      send: () => backend.unbind(ref, call).catch(forgetGone(forget)),
      finish: forget,
      look: () => this.following.lookAtBinding(instance, binding, request),
    });
    return isRunning(binding) ? jsonAnswer(202, { operation: operationWord(binding.operation) }) : jsonAnswer(200);
  }

  /** What GET tells: what the backend knows where it can tell, else what was kept. */
  async fetch(instance: InstanceRecord, binding: BindingRecord, request: OsbRequest): Promise<FetchedBinding> {
    const { parameters } = binding;
    const recorded = parameters === undefined ? {} : { parameters: fromRawJson(parameters) };
    const asked = this.workshop.backend.capabilities.fetchBinding === true;
    const known = await (asked ? this.#asked(instance, binding, request) : this.#kept(instance, binding, request));
    return { ...recorded, ...known };
  }

  /** What the bind gave; the backend is asked where it finished later. */
  async #kept(instance: InstanceRecord, binding: BindingRecord, request: OsbRequest): Promise<BindingResult> {
    if (binding.result === undefined) this.#keep(binding, await this.#asked(instance, binding, request));
    const { credentials, members = {} } = binding.result ?? {};
    return { ...members, ...(credentials === undefined ? {} : { credentials: fromRawJson(credentials) }) };
  }

  #asked(instance: InstanceRecord, binding: BindingRecord, request: OsbRequest): Promise<FetchedBinding> {
    const ref = { ...refOf(instance), bindingId: binding.bindingId };
    return this.workshop.backend.fetchBinding(ref, this.#call(request, instance, binding));
  }

  async #createFresh(
    instance: InstanceRecord,
    binding: BindingRecord,
    request: OsbRequest,
    more: Partial<BindRequest>,
  ): Promise<Answer> {
    const { records } = this.workshop;
    records.addBinding(instance, binding);
    try {
      return await this.#create(instance, binding, request, more);
    } catch (error) {
      if (error instanceof BrokerError && !error.mayHaveActed) records.forgetBinding(instance, binding);
      throw error;
    }
  }

  async #create(
    instance: InstanceRecord,
    binding: BindingRecord,
    request: OsbRequest,
    more: Partial<BindRequest>,
  ): Promise<Answer> {
    const call = this.#call(request, instance, binding, binding.operationId);
    const bind = { ...refOf(instance), bindingId: binding.bindingId, ...more };
    const outcome = await carryOut<BindingResult>(this.workshop, binding, request, {
      kind: 'bind',
      phase: 'creating',
      identity: binding.identity,
      planId: instance.planId,
      send: () => this.workshop.backend.bind(bind, call),
      finish: (result) => this.#keep(binding, result),
      look: () => this.following.lookAtBinding(instance, binding, request),
    });
    if (isRunning(binding)) return jsonAnswer(202, { operation: operationWord(binding.operation) });
    const result = outcome.kind === 'done' ? outcome.result : await this.#kept(instance, binding, request);
    return bindingAnswer(201, result);
  }

  #keep(binding: BindingRecord, { credentials, ...more }: FetchedBinding): void {
    const { parameters: _recorded, ...members } = more;
    binding.result = withoutUndefined({ credentials: credentials?.raw, members });
    this.workshop.records.save();
  }

  #call(request: OsbRequest, instance: InstanceRecord, binding: BindingRecord, operationId?: string): BindingCall {
    const { records } = this.workshop;
    const call = callFor(request, this.workshop, records.slot(instance), operationId);
    return { ...call, bindingState: records.slot(binding) };
  }
}

function demandPlan({ planId }: InstanceRecord, claimed: string): void {
  if (claimed !== planId) throw new BrokerError('BadRequest', `The instance is not of plan ${claimed}.`);
}

/** A binding in the words of the wire; credentials and parameters keep their bytes. */
export function bindingAnswer(status: number, result: FetchedBinding): Answer {
  const { credentials, parameters, syslogDrainUrl, routeServiceUrl, volumeMounts, endpoints, metadata } = result;
  return jsonAnswer(
    status,
    {
      syslog_drain_url: syslogDrainUrl,
      route_service_url: routeServiceUrl,
      volume_mounts: volumeMounts,
      endpoints,
      metadata,
    },
    { credentials, parameters },
  );
}

function bindRequest(value: z.infer<typeof bindBody>, member: Member): Partial<BindRequest> {
  return withoutUndefined({
    appGuid: value.app_guid ?? undefined,
    bindResource: member('bind_resource'),
    parameters: member('parameters'),
    context: member('context'),
    predecessorBindingId: value.predecessor_binding_id ?? undefined,
  });
}
