import { Injectable } from '@nestjs/common';
import { BrokerError, type Capabilities } from '#sdk';
import { BackendRegistry } from './backend-registry.js';
import { BackendTypes } from './backend-types.js';
import type { Backend } from './backend.js';
import { ProvidedSettings } from './provided-settings.js';

/** Checks the settings of a backend, and the policy that goes with them, before they are stored. */
@Injectable()
export class SettingsCheck {
  constructor(
    private readonly types: BackendTypes,
    private readonly registry: BackendRegistry,
    private readonly provided: ProvidedSettings,
  ) {}

  /** @throws BrokerError BadRequest that names every wrong member, without its value */
  check({ name, type, settings, policy }: Pick<Backend, 'name' | 'type' | 'settings' | 'policy'>): void {
    const installed = this.types.get(type);
    if (!installed) {
      const known = this.types.all().map((each) => each.type);
      throw new BrokerError('BadRequest', `no backend type "${type}" is installed; there are: ${known.join(', ')}`);
    }
    const taken = this.provided.providedIn(type, settings);
    if (taken.length > 0) {
      throw new BrokerError('BadRequest', taken.map((each) => `settings.${each}: the gateway fills it in; leave it out`).join('; '));
    }
    const parsed = installed.settings.safeParse(settings);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${['settings', ...path].join('.')}: ${message}`);
      throw new BrokerError('BadRequest', problems.join('; '));
    }
    const { deprovisionRevokesBindings } = this.capabilitiesOf({ name, type, settings });
    if (policy.unbindBeforeDeprovision === false && !deprovisionRevokesBindings) throw new BrokerError('BadRequest', keepsCredentials(type));
  }

  private capabilitiesOf(backend: Pick<Backend, 'name' | 'type' | 'settings'>): Capabilities {
    try {
      const made = this.registry.create(backend);
      void made.close?.();
      return made.capabilities;
    } catch (error) {
      throw new BrokerError('BadRequest', `settings: ${error instanceof Error ? error.message : 'not accepted by this type'}`);
    }
  }
}

function keepsCredentials(type: string): string {
  const wayOut = type === 'osb' ? 'if the broker does, say so with settings.deprovisionRevokesBindings: true' : `the type "${type}" does not`;
  return `policy.unbindBeforeDeprovision can be false only where the backend declares that a deprovision revokes the credentials of its bindings; ${wayOut}`;
}
