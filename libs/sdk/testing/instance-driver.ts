import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  toRawJson,
  type BindingCall,
  type BindingResult,
  type Call,
  type FetchedBinding,
  type FetchedInstance,
  type InstanceRef,
  type InstanceResult,
  type LastOperation,
  type OperationKind,
  type Outcome,
  type ServiceBackend,
} from '#sdk';
import { MemoryStateSlot } from './memory-state-slot.js';
import { testBindingCall, testCall } from './test-call.js';

/** What to drive, and with what. */
export interface DriverTarget {
  readonly backend: ServiceBackend;
  readonly serviceId: string;
  readonly planId: string;
  /** Any JSON object; sent with every provision. */
  readonly provisionParameters?: unknown;
}

export interface DriverOptions {
  readonly instanceId?: string;
  readonly planId?: string;
}

/** How one call is made: by default under a new operation id, with a deadline of 20 s. */
export interface CallOptions {
  readonly operationId?: string;
  readonly signal?: AbortSignal;
}

const LONGEST_PAUSE_MS = 250;
const LONGEST_OPERATION_MS = 25_000;
const NO_CREDENTIALS =
  'the bind was accepted, and its credentials can never be had: declare fetchBinding, or finish a bind before it returns';

/**
 * One instance, driven the way the gateway does it: it keeps the slots, polls what was accepted to its end and reads
 * the credentials of an accepted bind.
 */
export class InstanceDriver {
  readonly instanceId: string;
  readonly state = new MemoryStateSlot();
  #planId: string;

  constructor(
    readonly target: DriverTarget,
    options: DriverOptions = {},
  ) {
    this.instanceId = options.instanceId ?? randomUUID();
    this.#planId = options.planId ?? target.planId;
  }

  get ref(): InstanceRef {
    return { instanceId: this.instanceId, serviceId: this.target.serviceId, planId: this.#planId };
  }

  call(options: CallOptions = {}): Call {
    return testCall({ state: this.state, ...options });
  }

  /** Sends the provision and gives back the bare outcome. */
  sendProvision(options: CallOptions = {}): Promise<Outcome<InstanceResult>> {
    const { provisionParameters } = this.target;
    const parameters = provisionParameters === undefined ? {} : { parameters: toRawJson(provisionParameters) };
    const request = { ...this.ref, organizationGuid: 'org-1', spaceGuid: 'space-1', ...parameters };
    return this.target.backend.provision(request, this.call(options));
  }

  async provision(options: CallOptions = {}): Promise<InstanceResult> {
    return (await this.#settle('provision', await this.sendProvision(options))) ?? {};
  }

  /** Updates the parameters, or the plan where `planId` names another one. */
  async update(change: { planId?: string; parameters?: unknown }, options: CallOptions = {}): Promise<InstanceResult> {
    const { planId = this.#planId, parameters } = change;
    const raw = parameters === undefined ? {} : { parameters: toRawJson(parameters) };
    const request = { ...this.ref, planId, previousPlanId: this.#planId, ...raw };
    const outcome = await this.target.backend.update(request, this.call(options));
    const result = await this.#settle('update', outcome);
    this.#planId = planId;
    return result ?? {};
  }

  async deprovision(options: CallOptions = {}): Promise<void> {
    await this.#settle('deprovision', await this.target.backend.deprovision(this.ref, this.call(options)));
  }

  fetch(): Promise<FetchedInstance> {
    return this.target.backend.fetchInstance(this.ref, testCall({ state: this.state, operationId: undefined }));
  }

  lastOperation(kind: OperationKind, pollToken?: string): Promise<LastOperation> {
    const request = { ...this.ref, kind, ...(pollToken === undefined ? {} : { pollToken }) };
    return this.target.backend.lastInstanceOperation(request, testCall({ state: this.state, operationId: undefined }));
  }

  binding(bindingId: string = randomUUID()): BindingDriver {
    return new BindingDriver(this, bindingId);
  }

  async #settle<T>(kind: OperationKind, outcome: Outcome<T>): Promise<Partial<T> | undefined> {
    if (outcome.kind === 'done') return outcome.result;
    await pollToEnd(kind, outcome.retryAfterMs, () => this.lastOperation(kind, outcome.pollToken));
    return outcome.result;
  }
}

/** One binding of an {@link InstanceDriver}. */
export class BindingDriver {
  readonly state = new MemoryStateSlot();

  constructor(
    readonly instance: InstanceDriver,
    readonly bindingId: string,
  ) {}

  call(options: CallOptions = {}): BindingCall {
    return testBindingCall({ state: this.instance.state, bindingState: this.state, ...options });
  }

  async bind(options: CallOptions = {}): Promise<BindingResult> {
    const outcome = await this.#backend.bind(this.#ref, this.call(options));
    if (outcome.kind === 'done') return outcome.result;
    if (!this.#backend.capabilities.fetchBinding) throw new Error(NO_CREDENTIALS);
    await this.#poll('bind', outcome);
    return this.fetch();
  }

  async unbind(options: CallOptions = {}): Promise<void> {
    const outcome = await this.#backend.unbind(this.#ref, this.call(options));
    if (outcome.kind === 'accepted') await this.#poll('unbind', outcome);
  }

  fetch(): Promise<FetchedBinding> {
    return this.#backend.fetchBinding(this.#ref, this.#read());
  }

  lastOperation(kind: OperationKind, pollToken?: string): Promise<LastOperation> {
    const request = { ...this.#ref, kind, ...(pollToken === undefined ? {} : { pollToken }) };
    return this.#backend.lastBindingOperation(request, this.#read());
  }

  #poll(kind: OperationKind, outcome: { pollToken?: string; retryAfterMs?: number }): Promise<void> {
    return pollToEnd(kind, outcome.retryAfterMs, () => this.lastOperation(kind, outcome.pollToken));
  }

  #read(): BindingCall {
    return testBindingCall({ state: this.instance.state, bindingState: this.state, operationId: undefined });
  }

  get #backend(): ServiceBackend {
    return this.instance.target.backend;
  }

  get #ref(): InstanceRef & { bindingId: string } {
    return { ...this.instance.ref, bindingId: this.bindingId };
  }
}

async function pollToEnd(
  kind: OperationKind,
  firstPauseMs: number | undefined,
  poll: () => Promise<LastOperation>,
): Promise<void> {
  const giveUpAt = Date.now() + LONGEST_OPERATION_MS;
  let pauseMs = firstPauseMs;
  while (Date.now() < giveUpAt) {
    await wait(Math.min(pauseMs ?? 25, LONGEST_PAUSE_MS));
    const state = await poll();
    switch (state.kind) {
      case 'in progress':
        pauseMs = state.retryAfterMs;
        break;
      case 'succeeded':
        return;
      case 'failed':
        throw new Error(`the accepted ${kind} failed: ${state.description ?? 'no description'}`);
      case 'gone':
        if (kind === 'deprovision' || kind === 'unbind') return;
        throw new Error(`the accepted ${kind} ended in "gone"`);
    }
  }
  throw new Error(`the accepted ${kind} is still in progress after ${LONGEST_OPERATION_MS} ms`);
}
