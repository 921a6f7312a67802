import {
  type BackendLog,
  type BindingCall,
  type BindingRef,
  type BindingResult,
  type BindRequest,
  BrokerError,
  type Call,
  type Capabilities,
  type FetchedBinding,
  type FetchedInstance,
  type InstanceRef,
  type InstanceResult,
  type LastOperation,
  type Outcome,
  type PollRequest,
  type ProvisionRequest,
  type RawObject,
  type ServiceBackend,
  type UpdateRequest,
} from '#sdk';
import { MalformedAnswerError } from './broker-answer.js';
import { type AnswerReaders, BrokerCalls } from './broker-calls.js';
import type { BrokerClient } from './broker-client.js';
import { CatalogReader, type Retrievability } from './catalog-reader.js';
import { descriptionCleaner } from './description.js';
import { bindingPath, brokerHeaders, instancePath, jsonObject, query } from './osb-request.js';
import { present } from './present.js';
import { bindingResult, fetchedBinding, fetchedInstance, instanceResult } from './result-answers.js';
import type { OsbSettings } from './settings.js';

const CAPABILITIES: Capabilities = { fetchInstance: true, fetchBinding: true, heedsAcceptsIncomplete: true };

/** Left out where the platform takes no 202 and is not to be kept waiting: the broker's own 422 is the answer then. */
const incomplete = ({ acceptsIncomplete }: Call) => (acceptsIncomplete === false ? {} : { accepts_incomplete: 'true' });
const ids = ({ serviceId, planId }: InstanceRef) => ({ service_id: serviceId, plan_id: planId });

/** The verbs of the contract as requests to a service broker. */
export class OsbServiceBackend implements ServiceBackend {
  /**
   * Fetching is per offering at a broker. For an offering that does not offer it, both fetches throw
   * `MethodNotAllowed`: unlike `NotFound`, that says nothing about whether the resource exists.
   */
  readonly capabilities: Capabilities;
  private readonly calls: BrokerCalls;
  private readonly catalogs: CatalogReader;

  constructor(
    private readonly settings: OsbSettings,
    private readonly client: BrokerClient,
    private readonly log: BackendLog,
  ) {
    const { deprovisionRevokesBindings, timeoutMs: callTimeoutMs } = settings;
    this.capabilities = { ...CAPABILITIES, deprovisionRevokesBindings, ...present({ callTimeoutMs }) };
    const headers = brokerHeaders(settings);
    const clean = descriptionCleaner(client.host, (text) => client.hideToken(text));
    this.calls = new BrokerCalls(client, headers, { clean, notFoundIsGone: settings.notFoundIsGone }, log);
    this.catalogs = new CatalogReader(client, headers, clean);
  }

  async catalog({ signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    return this.catalogs.read(signal);
  }

  async provision(request: ProvisionRequest, call: Call): Promise<Outcome<InstanceResult>> {
    const body = jsonObject({
      ...ids(request),
      organization_guid: request.organizationGuid,
      space_guid: request.spaceGuid,
      context: request.context,
      parameters: request.parameters,
      maintenance_info: request.maintenanceInfo,
    });
    const path = instancePath(request) + query(incomplete(call));
    return this.calls.mutate('provision', { method: 'PUT', path, body }, call, this.instanceReaders());
  }

  async update(request: UpdateRequest, call: Call): Promise<Outcome<InstanceResult>> {
    const body = jsonObject({
      ...ids(request),
      context: request.context,
      parameters: request.parameters,
      maintenance_info: request.maintenanceInfo,
      previous_values: request.previousValues,
    });
    const path = instancePath(request) + query(incomplete(call));
    return this.calls.mutate('update', { method: 'PATCH', path, body }, call, this.instanceReaders());
  }

  async deprovision(request: InstanceRef, call: Call): Promise<Outcome<void>> {
    const path = instancePath(request) + query({ ...ids(request), ...incomplete(call) });
    return this.calls.mutate('deprovision', { method: 'DELETE', path }, call, { done: () => undefined });
  }

  async fetchInstance(request: InstanceRef, call: Call): Promise<FetchedInstance> {
    if ((await this.offering(request, call))?.instances === false) throw notRetrievable('instances');
    const path = instancePath(request) + query(ids(request));
    return this.calls.fetch({ method: 'GET', path }, call, (body) =>
      this.withUsableDashboard(body, fetchedInstance(body)),
    );
  }

  async lastInstanceOperation(request: InstanceRef & PollRequest, call: Call): Promise<LastOperation> {
    const path = `${instancePath(request)}/last_operation${query({ ...ids(request), operation: request.pollToken })}`;
    return this.calls.poll(request, { method: 'GET', path }, call);
  }

  async bind(request: BindRequest, call: BindingCall): Promise<Outcome<BindingResult>> {
    if (request.predecessorBindingId !== undefined) this.refuseWithoutRotation();
    const body = jsonObject({
      ...ids(request),
      app_guid: request.appGuid,
      bind_resource: request.bindResource,
      context: request.context,
      parameters: request.parameters,
      predecessor_binding_id: request.predecessorBindingId,
    });
    // Credentials of an accepted bind are fetched later; where that is known to be impossible it must not be accepted.
    const mayBeAccepted = this.catalogs.known(request.serviceId)?.bindings !== false;
    const path = bindingPath(request) + query(mayBeAccepted ? incomplete(call) : {});
    const readers = { done: bindingResult, ...(mayBeAccepted ? {} : { accepted: acceptedUnasked }) };
    return this.calls.mutate('bind', { method: 'PUT', path, body }, call, readers);
  }

  async unbind(request: BindingRef, call: BindingCall): Promise<Outcome<void>> {
    const path = bindingPath(request) + query({ ...ids(request), ...incomplete(call) });
    return this.calls.mutate('unbind', { method: 'DELETE', path }, call, { done: () => undefined });
  }

  async fetchBinding(request: BindingRef, call: BindingCall): Promise<FetchedBinding> {
    if ((await this.offering(request, call))?.bindings === false) throw notRetrievable('bindings');
    return this.calls.fetch({ method: 'GET', path: bindingPath(request) + query(ids(request)) }, call, fetchedBinding);
  }

  async lastBindingOperation(request: BindingRef & PollRequest, call: BindingCall): Promise<LastOperation> {
    const path = `${bindingPath(request)}/last_operation${query({ ...ids(request), operation: request.pollToken })}`;
    return this.calls.poll(request, { method: 'GET', path }, call);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private instanceReaders(): AnswerReaders<InstanceResult> {
    const read = (body: RawObject): InstanceResult => this.withUsableDashboard(body, instanceResult(body));
    return { done: read, accepted: read };
  }

  private withUsableDashboard<T extends InstanceResult>({ value }: RawObject, result: T): T {
    if (value['dashboard_url'] && result.dashboardUrl === undefined) {
      this.log.warn('left out a dashboard_url that is no http or https address of up to 2,048 characters');
    }
    return result;
  }

  /** A broker older than rotation ignores the member and would make a plain binding. */
  private refuseWithoutRotation(): void {
    if (this.settings.apiVersion === '2.17') return;
    throw new BrokerError('BadRequest', 'this service cannot rotate bindings; bind without predecessor_binding_id');
  }

  private async offering({ serviceId }: InstanceRef, { signal }: Call): Promise<Retrievability | undefined> {
    try {
      return await this.catalogs.find(serviceId, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      this.log.warn('the catalog, which tells what may be fetched, could not be read', { reason });
      throw new BrokerError('Unavailable', 'the backend cannot be reached right now; try again later');
    }
  }
}

function notRetrievable(what: string): BrokerError {
  return new BrokerError('MethodNotAllowed', `this service does not offer the fetching of ${what}`);
}

function acceptedUnasked(): never {
  throw new MalformedAnswerError('HTTP 202 although accepts_incomplete was not sent');
}
