import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { operatorDid, type Operator } from '../audit/admin-event.js';
import { CatalogKeeper } from '../catalog/catalog-keeper.js';
import { newUuid } from '../ids/ids.js';
import { BackendStore } from './backend-store.js';
import { BACKEND_NAME, type Backend, type BackendPolicy, type PlanPolicy } from './backend.js';
import { SettingsCheck } from './settings-check.js';

export interface RegisterBackendCommand {
  readonly operator: Operator;
  readonly name: string;
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  readonly policy?: BackendPolicy;
  readonly planPolicies?: Readonly<Record<string, PlanPolicy>>;
}

/** Adds a backend at run time. Its catalog is read before this returns; a backend that is down stays and is tried again. */
@Injectable()
export class RegisterBackend {
  constructor(
    private readonly settings: SettingsCheck,
    private readonly backends: BackendStore,
    private readonly keeper: CatalogKeeper,
  ) {}

  /** @throws BrokerError BadRequest for a bad name, type or settings; Conflict for a name in use */
  async execute(command: RegisterBackendCommand): Promise<Backend> {
    const { operator, name, type, enabled } = command;
    if (!BACKEND_NAME.test(name)) {
      throw new BrokerError('BadRequest', 'name must be 1 to 63 lower-case letters, digits and dashes, with no dash at either end');
    }
    const { settings, policy = {} } = command;
    this.settings.check({ name, type, settings, policy });
    const backend: Backend = {
      id: newUuid(),
      name,
      type,
      state: enabled ? 'enabled' : 'disabled',
      settings,
      policy,
      planPolicies: command.planPolicies ?? {},
      version: 1,
      createdAt: new Date(),
    };
    const audit = operatorDid(operator, 'backend.register', `backend ${name}`, { after: viewOf(backend) });
    if ((await this.backends.insert(backend, audit)) === 'name taken') {
      throw new BrokerError('Conflict', `a backend named "${name}" is registered already`);
    }
    // Not put into the registry from here: a rebuild under way, which does not know it yet, would take it out again.
    await this.keeper.rebuild();
    await this.keeper.refresh(backend.id);
    return backend;
  }
}

/** What the audit trail shows of a backend: no values of settings, they may be secrets. */
export function viewOf(backend: Backend): Record<string, unknown> {
  const { name, type, state, closedMessage, policy, planPolicies } = backend;
  return { name, type, state, closedMessage, policy, planPolicies, settings: Object.keys(backend.settings) };
}
