import {
  BrokerError,
  fromRawJson,
  type BindingCall,
  type BindingRef,
  type BindingResult,
  type BindRequest,
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
  type RawJson,
  type ServiceBackend,
  type UpdateRequest,
} from '#sdk';
import { readSimulation, type Behaviour, type Behaviours, type Verb } from './behaviour.js';
import { SimulatedCatalog } from './catalog.js';
import { actOut } from './faults.js';
import { Ledger, type LedgerCall } from './ledger.js';
import { told, type SimulatedOperation } from './operation.js';
import type { SimulatedPlan } from './plans.js';
import type { SimulatorSettings } from './settings.js';
import { bindingResult, instanceResult, SimulatedService, type Carrying } from './simulated-service.js';
import { noStore, type StateStore } from './state-file.js';
import { withoutUndefined } from './without-undefined.js';

const DEFAULT_CAPABILITIES: Capabilities = {
  cancelCreate: true,
  dashboardUrlUpFront: true,
  fetchInstance: true,
  fetchBinding: true,
  asynchronousVerbs: ['provision', 'update', 'deprovision', 'bind', 'unbind'],
};

type Request = InstanceRef & Partial<BindingRef> & Pick<BindRequest, 'parameters' | 'context' | 'predecessorBindingId'>;

/**
 * A backend that makes nothing, but whose delays, answers and faults are set by plan and by the parameter `simulate`.
 * Its ledger tells what it was asked and what exists.
 */
export class Simulator implements ServiceBackend {
  readonly capabilities: Capabilities;
  readonly ledger: Ledger;
  readonly #catalog: SimulatedCatalog;
  readonly #service: SimulatedService;
  readonly #isSerial: boolean;
  /** Instances whose bindings are worked on, where that is done one at a time. */
  readonly #busy = new Set<string>();

  constructor(
    private readonly settings: SimulatorSettings,
    store: StateStore = noStore,
  ) {
    const { parallelBindings = true, ...capabilities } = settings.capabilities;
    this.capabilities = { ...DEFAULT_CAPABILITIES, ...withoutUndefined(capabilities) };
    this.#isSerial = !parallelBindings;
    this.ledger = new Ledger(store);
    this.#catalog = new SimulatedCatalog(settings);
    this.#service = new SimulatedService(this.ledger.inventory, {
      plan: (serviceId, planId) => this.#catalog.find(serviceId, planId),
      asyncDurationMs: settings.asyncDurationMs,
      cancelCreate: this.capabilities.cancelCreate === true,
      sharedCredentials: this.capabilities.sharedCredentials === true,
    });
  }

  async catalog({ signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    const behaviour = this.settings.catalog ?? {};
    if (this.ledger.strikes('catalog', {}, behaviour)) await actOut(behaviour, signal);
    return { ...this.#catalog.published(), ...behaviour.answer };
  }

  provision(request: ProvisionRequest, call: Call): Promise<Outcome<InstanceResult>> {
    return this.#change('provision', request, call, (carrying) => this.#service.provision(request, carrying));
  }

  update(request: UpdateRequest, call: Call): Promise<Outcome<InstanceResult>> {
    return this.#change('update', request, call, (carrying) => this.#service.update(request, carrying));
  }

  deprovision(request: InstanceRef, call: Call): Promise<Outcome<void>> {
    return this.#change('deprovision', request, call, (carrying) => this.#service.deprovision(request, carrying));
  }

  bind(request: BindRequest, call: BindingCall): Promise<Outcome<BindingResult>> {
    return this.#inTurn(request, () => this.#change('bind', request, call, (carrying) => this.#service.bind(request, carrying)));
  }

  unbind(request: BindingRef, call: BindingCall): Promise<Outcome<void>> {
    return this.#inTurn(request, () => this.#change('unbind', request, call, (carrying) => this.#service.unbind(request, carrying)));
  }

  fetchInstance(request: InstanceRef, call: Call): Promise<FetchedInstance> {
    return this.#read('fetchInstance', request, call, () => {
      const instance = this.ledger.inventory.instance(request.instanceId);
      if (instance === undefined || instance.status === 'creating' || instance.status === 'failed') {
        throw new BrokerError('NotFound', 'The instance does not exist.');
      }
      const { planId, parameters } = instance;
      return { ...instanceResult(instance), planId, ...(parameters === undefined ? {} : rawParameters(parameters)) };
    });
  }

  fetchBinding(request: BindingRef, call: BindingCall): Promise<FetchedBinding> {
    return this.#read('fetchBinding', request, call, () => {
      const binding = this.ledger.inventory.binding(request.instanceId, request.bindingId);
      if (binding?.status !== 'ready') throw new BrokerError('NotFound', 'The binding does not exist.');
      const { parameters } = binding;
      return { ...bindingResult(binding), ...(parameters === undefined ? {} : rawParameters(parameters)) };
    });
  }

  lastInstanceOperation(request: InstanceRef & PollRequest, call: Call): Promise<LastOperation> {
    return this.#read('lastInstanceOperation', request, call, () =>
      this.#poll(request, this.ledger.inventory.instance(request.instanceId)?.operations),
    );
  }

  lastBindingOperation(request: BindingRef & PollRequest, call: BindingCall): Promise<LastOperation> {
    return this.#read('lastBindingOperation', request, call, () =>
      this.#poll(request, this.ledger.inventory.binding(request.instanceId, request.bindingId)?.operations),
    );
  }

  #poll(request: InstanceRef & PollRequest, operations: readonly SimulatedOperation[] | undefined): LastOperation {
    if (operations === undefined) return { kind: 'gone' };
    const { pollToken } = request;
    const operation = operations.findLast((one) => pollToken === undefined || one.pollToken === pollToken);
    if (operation === undefined) throw new BrokerError('NotFound', 'There is no such operation.');
    operation.polls += 1;
    this.ledger.inventory.instance(request.instanceId);
    this.ledger.inventory.save();
    return told(operation);
  }

  /** @throws BrokerError ConcurrencyError where bindings take turns, and another one of the instance is worked on */
  async #inTurn<T>({ instanceId }: BindingRef, change: () => Promise<T>): Promise<T> {
    if (!this.#isSerial) return change();
    if (this.#busy.has(instanceId)) throw new BrokerError('ConcurrencyError', 'Another binding of the instance is worked on.');
    this.#busy.add(instanceId);
    try {
      return await change();
    } finally {
      this.#busy.delete(instanceId);
    }
  }

  /** A change: written down, then carried out between the faults its behaviour asks for. */
  #change<T>(
    verb: Verb,
    request: Request,
    call: Call,
    carryOut: (carrying: Carrying) => Outcome<T>,
  ): Promise<Outcome<T>> {
    return this.#written(verb, request, call, async () => {
      const behaviour = this.#behaviour(verb, request, this.#plan(verb, request));
      if (call.acceptsIncomplete === false && (behaviour.async ?? false) !== false) throw asyncRequired(request);
      const struck = this.ledger.strikes(verb, request, behaviour);
      if (struck && behaviour.afterActing !== true) await actOut(behaviour, call.signal);
      const outcome = carryOut({ operationId: call.operationId, behaviour });
      this.ledger.inventory.save();
      if (struck && behaviour.afterActing === true) await actOut(behaviour, call.signal);
      return outcome;
    });
  }

  #read<T>(verb: Verb, request: Request, call: Call, look: () => T): Promise<T> {
    return this.#written(verb, request, call, async () => {
      const behaviour = this.#behaviour(verb, request, undefined);
      if (this.ledger.strikes(verb, request, behaviour)) await actOut(behaviour, call.signal);
      return { ...look(), ...(behaviour.answer as Partial<T>) };
    });
  }

  async #written<T>(verb: Verb, request: Request, call: Call, answer: () => Promise<T>): Promise<T> {
    const entry = this.ledger.record(verb, request, call);
    try {
      const result = await answer();
      entry.outcome = outcomeWord(result);
      return result;
    } catch (error) {
      entry.outcome = error instanceof BrokerError ? error.word : 'crashed';
      throw error;
    }
  }

  /** A delete is served whether or not the plan is still offered. */
  #plan(verb: Verb, { serviceId, planId }: Request): SimulatedPlan | undefined {
    if (verb === 'deprovision' || verb === 'unbind') return this.#catalog.find(serviceId, planId);
    return this.#catalog.plan(serviceId, planId);
  }

  /** The plan's way, changed by what the parameters of the instance, of the binding and of this call ask for. */
  #behaviour(verb: Verb, request: Request, plan: SimulatedPlan | undefined): Behaviour {
    const { instanceId, bindingId = '', parameters } = request;
    const instance = this.ledger.inventory.instance(instanceId);
    const binding = this.ledger.inventory.binding(instanceId, bindingId);
    const { now, later } = readSimulation(parameters?.raw);
    const layers: Array<Behaviours | undefined> = [
      plan?.behaviours,
      readSimulation(instance?.parameters).later,
      readSimulation(binding?.parameters).later,
      { [verb]: this.#repeatsPredecessor(request) ? undefined : now },
      later,
    ];
    return Object.assign({}, ...layers.map((layer) => layer?.[verb])) as Behaviour;
  }

  /** A rotation that takes over its predecessor's parameters: their words at the top were for that one's bind. */
  #repeatsPredecessor({ instanceId, predecessorBindingId, parameters }: Request): boolean {
    if (predecessorBindingId === undefined || parameters === undefined) return false;
    return this.ledger.inventory.binding(instanceId, predecessorBindingId)?.parameters === parameters.raw;
  }
}

function rawParameters(raw: string): { parameters: RawJson } {
  return { parameters: fromRawJson(raw) };
}

function asyncRequired({ planId }: Request): BrokerError {
  return new BrokerError('AsyncRequired', `Plan ${planId} needs accepts_incomplete=true.`);
}

function outcomeWord(result: unknown): LedgerCall['outcome'] {
  const kind = typeof result === 'object' && result !== null && 'kind' in result ? result.kind : undefined;
  return typeof kind === 'string' ? kind : 'answered';
}
