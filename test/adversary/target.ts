import { waitUntil } from '../faults/wait-until.js';
import { createDatabase } from '../support/postgres.js';
import { GatewayHome, type GatewayProcess } from '../support/gateway-process.js';
import { OwnPostgres } from '../support/own-postgres.js';
import type { HttpClient } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { testVariables } from '../support/gateway.js';

/** A gateway under attack, the server its tenants are on, and the one that keeps its record. */
export interface Target {
  readonly gateway: GatewayProcess;
  readonly osb: OsbClient;
  readonly admin: HttpClient;
  /** The name of the backend under attack. */
  readonly backend: string;
  /** The tenants' server, with the rights of the superuser. */
  readonly tenantsUrl: string;
  readonly recordUrl: string;
  /** What may stand in no log. */
  readonly secrets: readonly string[];
  readonly plan: PlanIds;
  stop(): Promise<void>;
}

/** Few of everything, so that what is used up is used up soon. */
const TENANTS_SERVER = {
  max_connections: '90',
  superuser_reserved_connections: '16',
  max_prepared_transactions: '10',
  max_notify_queue_pages: '512',
  authentication_timeout: '10s',
  log_min_messages: 'warning',
  temp_file_limit: '200MB',
} as const;

const BACKEND = 'attacked';
const PLAN = { id: '6f6f6b57-4f57-4fd8-8d27-2a9f4b5b9d6e', name: 'narrow', description: 'Six connections', connectionLimit: 6 };
const SERVICE = {
  serviceId: '0d3dca8e-6d8b-4d62-9a3e-6c0f4f0b7a11',
  serviceName: 'attacked',
  plans: [PLAN],
};

/** With the record on the server of the tests, and the tenants on a server of their own that the settings name. */
export async function startNamedTarget(): Promise<Target> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const tenants = await OwnPostgres.start(TENANTS_SERVER);
    undo.push(() => tenants.remove());
    const record = await createDatabase(GATEWAY_TEMPLATE);
    undo.push(() => record.drop());
    const home = await GatewayHome.make();
    undo.push(() => home.remove());
    const env = testVariables(record);
    const gateway = await home.start({ env });
    undo.push(() => gateway.kill('SIGTERM'));
    const admin = gateway.adminAs('admin', env['ADMIN_PASSWORD'] ?? '');
    const osb = gateway.osbAs('platform', env['PLATFORM_PASSWORD'] ?? '');
    await register(admin, tenants);
    await waitUntil('the attacked service is offered', async () => (await osb.catalog()).text.includes(PLAN.id));
    return {
      gateway,
      osb,
      admin,
      backend: BACKEND,
      tenantsUrl: tenants.adminUrl,
      recordUrl: record.url,
      secrets: [tenants.password, new URL(record.url).password, env['ADMIN_PASSWORD'] ?? '', env['PLATFORM_PASSWORD'] ?? ''],
      plan: { serviceId: SERVICE.serviceId, planId: PLAN.id },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function register(admin: HttpClient, { port, password }: OwnPostgres): Promise<void> {
  const settings = { host: '127.0.0.1', port, username: 'postgres', password, dedicated: true, ...SERVICE };
  const body = { name: BACKEND, type: 'postgresql', enabled: true, settings };
  const answer = await admin.request('POST', '/admin/v1/backends', { body });
  if (answer.status >= 300) throw new Error(`the backend was not registered: ${answer.status} ${answer.text}`);
}
