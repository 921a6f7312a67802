import type { BindingRef, Call, InstanceRef, RawJson } from '#sdk';
import type { Behaviour, Verb } from './behaviour.js';
import { Inventory, type InventoryEvent, type SimulatedInstance } from './inventory.js';
import { noStore, type StateStore } from './state-file.js';
import { withoutUndefined } from './without-undefined.js';

/** One call as it was received. */
export interface LedgerCall {
  /** ISO 8601. */
  readonly at: string;
  readonly verb: Verb;
  readonly instanceId: string;
  readonly bindingId?: string;
  readonly serviceId: string;
  readonly planId: string;
  readonly operationId?: string;
  readonly platformId: string;
  readonly originatingIdentity?: string;
  readonly requestIdentity?: string;
  /** JSON texts as received. */
  readonly parameters?: string;
  readonly context?: string;
  /** `running` until answered; then `done`, `accepted`, `answered`, an error word or `crashed`. */
  outcome: string;
}

/** What a ledger has written down, as JSON. */
export interface LedgerJson {
  readonly calls: readonly LedgerCall[];
  readonly instances: readonly SimulatedInstance[];
  readonly events: readonly InventoryEvent[];
}

type LoggedRequest = InstanceRef & Partial<BindingRef> & { readonly parameters?: RawJson; readonly context?: RawJson };

const MOST_CALLS_KEPT = 10_000;

/** Every call received (the last 10,000), and what exists. Only what exists outlives the process, in the store. */
export class Ledger {
  readonly inventory: Inventory;
  readonly calls: LedgerCall[] = [];
  readonly #attempts = new Map<string, number>();

  constructor(store: StateStore = noStore) {
    this.inventory = new Inventory(store);
  }

  record(verb: Verb, request: LoggedRequest, call: Call): LedgerCall {
    const { instanceId, bindingId, serviceId, planId, parameters, context } = request;
    const entry: LedgerCall = withoutUndefined({
      at: new Date().toISOString(),
      verb,
      instanceId,
      bindingId,
      serviceId,
      planId,
      operationId: call.operationId,
      platformId: call.platform.id,
      originatingIdentity: call.originatingIdentity,
      requestIdentity: call.requestIdentity,
      parameters: parameters?.raw,
      context: context?.raw,
      outcome: 'running',
    });
    if (this.calls.push(entry) > MOST_CALLS_KEPT) this.calls.shift();
    return entry;
  }

  /** Counts the attempts of one verb at one resource, and tells whether the behaviour's fault strikes this one. */
  strikes(verb: Verb | 'catalog', { instanceId, bindingId }: Partial<BindingRef>, { times }: Behaviour): boolean {
    if (times === undefined) return true;
    const key = JSON.stringify([verb, instanceId, bindingId]);
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    return attempt <= times;
  }

  reset(): void {
    this.calls.length = 0;
    this.#attempts.clear();
    this.inventory.clear();
  }

  toJSON(): LedgerJson {
    const instances = this.inventory.instances();
    return { calls: this.calls, instances, events: this.inventory.events };
  }
}
