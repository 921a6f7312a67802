import { z } from 'zod';
import { BrokerError, done, type BackendType, type InstanceRef, type InstanceResult, type Outcome, type ServiceBackend } from '#sdk';

/** Works on a create for as long as nobody deletes the instance; the call of the create has not been answered until then. */
class CancellableBackend implements ServiceBackend {
  readonly capabilities = { cancelCreate: true };
  private readonly creating = new Map<string, () => void>();

  constructor(private readonly name: string) {}

  async catalog(): Promise<unknown> {
    const plans = [{ id: `${this.name}-plan`, name: 'plan', description: 'Its only plan.' }];
    return { services: [{ id: this.name, name: this.name, description: this.name, bindable: false, plans }] };
  }

  async provision({ instanceId }: InstanceRef): Promise<Outcome<InstanceResult>> {
    await new Promise<void>((cancelled) => this.creating.set(instanceId, cancelled));
    throw new BrokerError('BadRequest', 'cancelled');
  }

  async deprovision({ instanceId }: InstanceRef): Promise<Outcome<void>> {
    const cancel = this.creating.get(instanceId);
    if (!cancel) throw new BrokerError('Gone', 'there is no such instance');
    this.creating.delete(instanceId);
    cancel();
    return done(undefined);
  }

  update = unexpected;
  bind = unexpected;
  unbind = unexpected;
  fetchInstance = unexpected;
  fetchBinding = unexpected;
  lastInstanceOperation = unexpected;
  lastBindingOperation = unexpected;
}

async function unexpected(): Promise<never> {
  throw new Error('not expected here');
}

export const cancellableBackend: BackendType<{ readonly name: string }> = {
  type: 'cancellable',
  description: 'Creates until it is told to delete.',
  settings: z.strictObject({ name: z.string() }),
  create: ({ name }) => new CancellableBackend(name),
};
