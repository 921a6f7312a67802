import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import {
  BrokerError,
  done,
  fromRawJson,
  type BindingCall,
  type BindingRef,
  type BindingResult,
  type BindRequest,
  type Call,
  type InstanceRef,
  type InstanceResult,
  type Outcome,
  type ProvisionRequest,
  type ServiceBackend,
  type StateSlot,
  type UpdateRequest,
} from '#sdk';

/**
 * A backend in its smallest form: it makes nothing and keeps nothing. The gateway records every instance and binding;
 * all the backend remembers is in the slots the gateway keeps for it. That is also what makes a repeated call safe:
 * it finds what the first one left there.
 */
export class Demo implements ServiceBackend {
  // Nothing beyond the minimum: the gateway answers fetches from its record, and no verb ever takes its time.
  readonly capabilities = {};

  constructor(private readonly catalogFile: string) {}

  async catalog(): Promise<unknown> {
    try {
      return parse(await readFile(this.catalogFile, 'utf8'));
    } catch {
      throw new BrokerError('Unavailable', 'The catalog file of the demo backend is missing or not valid YAML.');
    }
  }

  async provision(_request: ProvisionRequest, { state }: Call): Promise<Outcome<InstanceResult>> {
    await state.put('instance', 'exists');
    return done({ dashboardUrl: 'http://example.com' });
  }

  async update(_request: UpdateRequest, { state }: Call): Promise<Outcome<InstanceResult>> {
    demandInstance(state);
    return done({});
  }

  async deprovision(_request: InstanceRef, { state }: Call): Promise<Outcome<void>> {
    if (state.get('instance') !== 'exists') throw new BrokerError('Gone', 'The instance does not exist.');
    await state.put('instance', 'gone');
    return done(undefined);
  }

  async bind(_request: BindRequest, { state, bindingState }: BindingCall): Promise<Outcome<BindingResult>> {
    demandInstance(state);
    const raw = bindingState.get('credentials') || newCredentials();
    // Before the answer, so that the same bind sent again gives the same credentials, not a second pair.
    await bindingState.put('credentials', raw);
    return done({ credentials: fromRawJson(raw) });
  }

  async unbind(_request: BindingRef, { bindingState }: BindingCall): Promise<Outcome<void>> {
    if (!bindingState.get('credentials')) throw new BrokerError('Gone', 'The binding does not exist.');
    await bindingState.put('credentials', '');
    return done(undefined);
  }

  // The four reads below are never called: no capability promises them, and nothing is ever `accepted`.
  fetchInstance = notOffered;
  fetchBinding = notOffered;
  lastInstanceOperation = notOffered;
  lastBindingOperation = notOffered;
}

function newCredentials(): string {
  return JSON.stringify({ username: randomUUID(), password: randomUUID() });
}

function demandInstance(state: StateSlot): void {
  if (state.get('instance') !== 'exists') throw new BrokerError('NotFound', 'The instance does not exist.');
}

async function notOffered(): Promise<never> {
  throw new BrokerError('NotFound', 'The demo backend does not offer this.');
}
