import {
  BrokerError,
  done,
  toRawJson,
  type BackendEnvironment,
  type BackendType,
  type BindingRef,
  type BindingResult,
  type BindRequest,
  type Call,
  type Done,
  type InstanceRef,
  type InstanceResult,
  type ProvisionRequest,
  type ServiceBackend,
  type UpdateRequest,
} from '#sdk';
import { bind } from './bind.js';
import { catalog, offeredPlans } from './catalog.js';
import { deprovision } from './deprovision.js';
import { provision } from './provision.js';
import { Servers } from './servers.js';
import { ServersReadiness } from './servers-readiness.js';
import { postgresqlSettings, type PostgresqlPlan, type PostgresqlSettings } from './settings.js';
import { unbind } from './unbind.js';
import { update } from './update.js';

const READINESS_TIMEOUT_MS = 10_000;

/** Databases on a PostgreSQL server (15 or later): an instance is a database, a binding is a login of its own. */
export const postgresqlBackend: BackendType<PostgresqlSettings> = {
  type: 'postgresql',
  description: 'Databases on a PostgreSQL server: one database per instance, one login per binding.',
  settings: postgresqlSettings,
  create: (settings, environment) => new PostgresqlBackend(settings, environment),
};

class PostgresqlBackend implements ServiceBackend {
  readonly capabilities = { deprovisionRevokesBindings: true };
  readonly #plans: readonly PostgresqlPlan[];
  readonly #servers: Servers;
  readonly #readiness: ServersReadiness;

  constructor(
    private readonly settings: PostgresqlSettings,
    { log, addresses }: BackendEnvironment,
  ) {
    this.#plans = offeredPlans(settings);
    this.#servers = new Servers(settings, log, addresses);
    this.#readiness = new ServersReadiness(this.#servers, settings, log);
  }

  async catalog({ signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    await this.#readiness.check({ signal, deadline: new Date(Date.now() + READINESS_TIMEOUT_MS) });
    return catalog(this.settings);
  }

  warnings(): readonly string[] {
    return this.#readiness.warnings;
  }

  async provision(request: ProvisionRequest, call: Call): Promise<Done<InstanceResult>> {
    await provision(await this.#servers.choose(request, call), this.#plan(request), this.settings, request, call);
    return done({});
  }

  async update(request: UpdateRequest, call: Call): Promise<Done<InstanceResult>> {
    await update(await this.#servers.of(request, call), this.#plan(request), request, call);
    return done({});
  }

  async deprovision(request: InstanceRef, call: Call): Promise<Done<void>> {
    await deprovision(await this.#servers.of(request, call), request, call);
    return done(undefined);
  }

  async bind(request: BindRequest, call: Call): Promise<Done<BindingResult>> {
    const credentials = await bind(await this.#servers.of(request, call), this.#plan(request), request, call);
    return done({ credentials: toRawJson(credentials) });
  }

  async unbind(request: BindingRef, call: Call): Promise<Done<void>> {
    await unbind(await this.#servers.of(request, call), request, call);
    return done(undefined);
  }

  fetchInstance = notOffered;
  fetchBinding = notOffered;
  lastInstanceOperation = notOffered;
  lastBindingOperation = notOffered;

  close(): Promise<void> {
    return this.#servers.close();
  }

  #plan({ planId }: InstanceRef): PostgresqlPlan {
    const plan = this.#plans.find(({ id }) => id === planId);
    if (plan !== undefined) return plan;
    throw new BrokerError('BadRequest', `plan ${planId} is not offered here; see GET /v2/catalog`);
  }
}

/** Every verb is done when it returns and nothing can be read back, so the gateway calls none of these. */
function notOffered(): Promise<never> {
  return Promise.reject(new BrokerError('BadRequest', 'PostgreSQL backends have nothing to poll or fetch'));
}
