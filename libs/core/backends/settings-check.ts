import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { BackendRegistry } from './backend-registry.js';
import { BackendTypes } from './backend-types.js';
import { ProvidedSettings } from './provided-settings.js';

/** Checks the settings of a backend before they are stored. */
@Injectable()
export class SettingsCheck {
  constructor(
    private readonly types: BackendTypes,
    private readonly registry: BackendRegistry,
    private readonly provided: ProvidedSettings,
  ) {}

  /** @throws BrokerError BadRequest that names every wrong member, without its value */
  check(name: string, type: string, settings: Readonly<Record<string, unknown>>): void {
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
    try {
      void this.registry.create({ name, type, settings }).close?.();
    } catch (error) {
      throw new BrokerError('BadRequest', `settings: ${error instanceof Error ? error.message : 'not accepted by this type'}`);
    }
  }
}
