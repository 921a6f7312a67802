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
import { Connections } from './connections.js';
import { deprovision } from './deprovision.js';
import { replaceOldComments } from './old-comments.js';
import { provision } from './provision.js';
import { makeReady } from './readiness.js';
import { resolveServer, type PostgresqlServer } from './server.js';
import { postgresqlSettings, type PostgresqlPlan, type PostgresqlSettings } from './settings.js';
import { unbind } from './unbind.js';
import { update } from './update.js';

export interface PostgresqlBackendOptions {
  /** The server of backends whose settings name none; asked when such a backend is created. */
  readonly defaultServer?: () => PostgresqlServer | undefined;
}

const READINESS_TIMEOUT_MS = 10_000;

/** Databases on a PostgreSQL server (15 or later): an instance is a database, a binding is a login of its own. */
export function postgresqlBackend(options: PostgresqlBackendOptions): BackendType<PostgresqlSettings> {
  return {
    type: 'postgresql',
    description: 'Databases on a PostgreSQL server: one database per instance, one login per binding.',
    settings: postgresqlSettings,
    create: (settings, environment) =>
      new PostgresqlBackend(settings, resolveServer(settings, options.defaultServer?.(), environment.addresses), environment),
  };
}

class PostgresqlBackend implements ServiceBackend {
  readonly capabilities = { parallelBindings: true };
  readonly #plans: readonly PostgresqlPlan[];
  readonly #connections: Connections;
  #ready = false;

  constructor(
    private readonly settings: PostgresqlSettings,
    server: PostgresqlServer,
    private readonly environment: BackendEnvironment,
  ) {
    this.#plans = offeredPlans(settings);
    this.#connections = new Connections(server, environment.log);
  }

  async catalog({ signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    const bounds = { signal, deadline: new Date(Date.now() + READINESS_TIMEOUT_MS) };
    if (!this.#ready) {
      await makeReady(this.#connections, this.#plans, this.environment.log, bounds);
      this.#ready = true;
    }
    await replaceOldComments(this.#connections, this.environment.log, bounds);
    return catalog(this.settings);
  }

  async provision(request: ProvisionRequest, call: Call): Promise<Done<InstanceResult>> {
    await provision(this.#connections, this.#plan(request), request, call);
    return done({});
  }

  async update(request: UpdateRequest, call: Call): Promise<Done<InstanceResult>> {
    await update(this.#connections, this.#plan(request), request, call);
    return done({});
  }

  async deprovision(request: InstanceRef, call: Call): Promise<Done<void>> {
    await deprovision(this.#connections, request, call);
    return done(undefined);
  }

  async bind(request: BindRequest, call: Call): Promise<Done<BindingResult>> {
    const credentials = await bind(this.#connections, this.#plan(request), request, call);
    return done({ credentials: toRawJson(credentials) });
  }

  async unbind(request: BindingRef, call: Call): Promise<Done<void>> {
    await unbind(this.#connections, request, call);
    return done(undefined);
  }

  fetchInstance = notOffered;
  fetchBinding = notOffered;
  lastInstanceOperation = notOffered;
  lastBindingOperation = notOffered;

  close(): Promise<void> {
    return this.#connections.close();
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
