import type {
  BindingCall,
  BindingRef,
  BindRequest,
  Call,
  InstanceRef,
  PollRequest,
  ProvisionRequest,
  UpdateRequest,
} from './call.js';
import type { Capabilities } from './capabilities.js';
import type { LastOperation, Outcome } from './outcome.js';
import type { BindingResult, FetchedBinding, FetchedInstance, InstanceResult } from './results.js';

/**
 * A backend: the ten verbs of the Open Service Broker API behind one registered service broker.
 *
 * How it answers:
 * - returns `done`: complete when the promise resolves;
 * - returns `accepted`: goes on by itself; the gateway polls with the token;
 * - throws a {@link BrokerError}: it knows what happened. A 4xx or `Unavailable` promises that nothing was changed;
 * - throws an UnknownOutcome or anything else, or lets the deadline pass: the outcome is unknown, and the gateway asks
 *   again.
 *
 * A mutation repeated with the same operation id, at once or much later, must end in one resource, not two. A provision
 * with another one never hands out what exists already: somebody's data may be in it. A delete of what does not exist
 * throws `Gone`; one that throws `NotFound` is not sure of that.
 *
 * Calls for one instance never overlap, except for these: binds and unbinds of different ids, a deprovision while a create
 * that was accepted goes on, and a delete that is repeated while its first call may be under way. A deprovision may also
 * come while the call of a create is under way where `cancelCreate` is declared. A backend that can't take such a call
 * throws `ConcurrencyError`, having changed nothing, and is asked later.
 */
export interface ServiceBackend {
  readonly capabilities: Capabilities;

  /**
   * GET /v2/catalog. The catalog object as a platform would read it; the gateway checks every rule. A number that has to keep
   * its text is made by `JSON.rawJSON`.
   */
  catalog(call: { readonly signal: AbortSignal }): Promise<unknown>;

  /** PUT /v2/service_instances/:instance_id */
  provision(request: ProvisionRequest, call: Call): Promise<Outcome<InstanceResult>>;

  /** PATCH /v2/service_instances/:instance_id */
  update(request: UpdateRequest, call: Call): Promise<Outcome<InstanceResult>>;

  /** DELETE /v2/service_instances/:instance_id */
  deprovision(request: InstanceRef, call: Call): Promise<Outcome<void>>;

  /** GET /v2/service_instances/:instance_id; called only where `capabilities.fetchInstance`. */
  fetchInstance(request: InstanceRef, call: Call): Promise<FetchedInstance>;

  /** GET /v2/service_instances/:instance_id/last_operation; called after `accepted`, and after a `Conflict` of a repeated create. */
  lastInstanceOperation(request: InstanceRef & PollRequest, call: Call): Promise<LastOperation>;

  /** PUT /v2/service_instances/:instance_id/service_bindings/:binding_id */
  bind(request: BindRequest, call: BindingCall): Promise<Outcome<BindingResult>>;

  /** DELETE /v2/service_instances/:instance_id/service_bindings/:binding_id */
  unbind(request: BindingRef, call: BindingCall): Promise<Outcome<void>>;

  /** GET /v2/service_instances/:instance_id/service_bindings/:binding_id; only where `capabilities.fetchBinding`. */
  fetchBinding(request: BindingRef, call: BindingCall): Promise<FetchedBinding>;

  /** GET /v2/service_instances/:instance_id/service_bindings/:binding_id/last_operation; as for instances. */
  lastBindingOperation(request: BindingRef & PollRequest, call: BindingCall): Promise<LastOperation>;

  /** What an operator should know of this backend now, one sentence each; shown by the admin API. No secret. */
  warnings?(): readonly string[];

  /** Gives up connections. Called once, when the backend is removed, re-configured or the gateway stops. */
  close?(): Promise<void>;
}
