import { BrokerError, fromRawJson, type LastOperation } from '#sdk';
import { jsonAnswer, type Answer } from './answer.js';
import { bindingAnswer, type Bindings } from './bindings.js';
import { callFor, lastOperationAnswer, type Workshop } from './flow.js';
import { refOf, type Following } from './following.js';
import { wireResult } from './instances.js';
import type { KnownCatalog, RetrievableFlag } from './known-catalog.js';
import { optionalQuery, type OsbRequest } from './osb-request.js';
import type { OperationRecord, Tracked } from './records.js';

/** The routes that only look. */
export class Reads {
  constructor(
    private readonly workshop: Workshop,
    private readonly following: Following,
    private readonly bindings: Bindings,
    private readonly catalog: KnownCatalog,
  ) {}

  /** GET /v2/service_instances/:instance_id */
  async instance(request: OsbRequest): Promise<Answer> {
    const instance = await this.following.instance(request);
    if (instance === undefined || instance.phase === 'creating' || instance.phase === 'failed')
      throw notFound('instance');
    if ((optionalQuery(request, 'service_id') ?? instance.serviceId) !== instance.serviceId) {
      throw new BrokerError('BadRequest', 'service_id is not the service of this instance.');
    }
    await this.demandAnnounced(instance.serviceId, 'instances_retrievable');
    if (instance.phase === 'updating') throw new BrokerError('ConcurrencyError', 'The instance is being updated.');
    const { backend, records } = this.workshop;
    const call = callFor(request, this.workshop, records.slot(instance));
    const fetched = backend.capabilities.fetchInstance ? await backend.fetchInstance(refOf(instance), call) : {};
    const { maintenanceVersion: version, serviceId, planId, parameters } = instance;
    const members = {
      service_id: serviceId,
      plan_id: fetched.planId ?? planId,
      ...wireResult({ ...instance, ...fetched }),
      maintenance_info: version === undefined ? undefined : { version },
    };
    const recorded = parameters === undefined ? undefined : fromRawJson(parameters);
    return jsonAnswer(200, members, { parameters: fetched.parameters ?? recorded });
  }

  /** GET /v2/service_instances/:instance_id/last_operation */
  async lastInstanceOperation(request: OsbRequest): Promise<Answer> {
    const { records } = this.workshop;
    const asked = optionalQuery(request, 'operation');
    const instance = records.instance(request.instanceId);
    const past = pastOperation(asked, instance, (token) => records.pastOperation(token, request.instanceId));
    if (past) return lastOperationAnswer(past);
    if (instance === undefined) throw absent('instance', records.wasDeleted(request.instanceId));
    demandOperation(instance, asked);
    const told = await this.following.lookAtInstance(instance, request);
    if (records.instance(request.instanceId) !== instance) throw absent('instance', true);
    return stateOf(instance, told);
  }

  /** GET /v2/service_instances/:instance_id/service_bindings/:binding_id */
  async binding(request: OsbRequest): Promise<Answer> {
    const instance = await this.following.instance(request);
    const binding = await this.following.binding(request);
    if (instance === undefined || binding?.phase !== 'ready') throw notFound('binding');
    await this.demandAnnounced(instance.serviceId, 'bindings_retrievable');
    return bindingAnswer(200, await this.bindings.fetch(instance, binding, request));
  }

  /** GET /v2/service_instances/:instance_id/service_bindings/:binding_id/last_operation */
  async lastBindingOperation(request: OsbRequest): Promise<Answer> {
    const { instanceId, bindingId } = request;
    const { records } = this.workshop;
    const asked = optionalQuery(request, 'operation');
    const [instance, binding] = [records.instance(instanceId), records.binding(instanceId, bindingId)];
    const past = pastOperation(asked, binding, (token) => records.pastOperation(token, instanceId, bindingId));
    if (past) return lastOperationAnswer(past);
    if (instance === undefined || binding === undefined) {
      throw absent('binding', records.wasDeleted(instanceId, bindingId));
    }
    demandOperation(binding, asked);
    const told = await this.following.lookAtBinding(instance, binding, request);
    if (records.binding(instanceId, bindingId) !== binding) throw absent('binding', true);
    return stateOf(binding, told);
  }

  private async demandAnnounced(serviceId: string, flag: RetrievableFlag): Promise<void> {
    if (await this.catalog.announces(serviceId, flag, this.workshop.signal)) return;
    throw new BrokerError('NotFound', `The service does not announce ${flag}.`);
  }
}

function stateOf({ operation }: Tracked, told: LastOperation | undefined): Answer {
  if (operation === undefined) return jsonAnswer(200, { state: 'succeeded' });
  return lastOperationAnswer(operation, told);
}

/** The operation that is asked for by a name the latest one does not have. */
function pastOperation(
  asked: string | undefined,
  tracked: Tracked | undefined,
  find: (pollToken: string) => OperationRecord | undefined,
): OperationRecord | undefined {
  return asked === undefined || tracked?.operation?.pollToken === asked ? undefined : find(asked);
}

function demandOperation({ operation }: Tracked, asked: string | undefined): void {
  if (asked === undefined || operation?.pollToken === asked) return;
  throw new BrokerError('NotFound', 'There is no such operation.');
}

function absent(what: string, deleted: boolean): BrokerError {
  return deleted ? new BrokerError('Gone', `The ${what} was deleted.`) : notFound(what);
}

function notFound(what: string): BrokerError {
  return new BrokerError('NotFound', `The ${what} does not exist.`);
}
