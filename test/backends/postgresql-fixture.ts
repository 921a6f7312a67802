import { randomUUID } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import { postgresqlBackend, type PostgresqlServer, type PostgresqlSettings } from '#backends/postgresql';
import { AddressGuard, toRawJson, type ServiceBackend } from '#sdk';
import { testBindingCall, testCall, testEnvironment, type TestEnvironment } from '#sdk/testing';

export const SERVICE_ID = 'babb061e-2320-401f-81a8-a0a140f9d917';
export const SMALL = 'f2890784-bd3e-4492-b55d-5f124de792eb';
export const LARGE = '68c2a464-5dfb-4bc2-b90a-77b77fb4e3bd';

export interface Credentials {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly uri: string;
  readonly jdbcUrl: string;
  readonly sslmode: string;
}

/** The server of this test run, with its administrator. */
export function testServer(): PostgresqlServer {
  const url = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
  return {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

export interface Subject {
  readonly backend: ServiceBackend;
  readonly environment: TestEnvironment;
}

/** A backend on the test server, or on the one given. */
export function postgresqlSubject(server: Partial<PostgresqlServer> = {}, settings: PostgresqlSettings = {}): Subject {
  const { host, port, user: username, password, database, ssl, caCertificate, dedicated } = { ...testServer(), ...server };
  return postgresqlWith({ host, port, username, password, database, ssl, caCertificate, dedicated, ...settings });
}

/** A backend with these settings and no others. */
export function postgresqlWith(settings: PostgresqlSettings, addresses = new AddressGuard(['127.0.0.0/8', 'localhost'])): Subject {
  const environment = testEnvironment('postgresql', addresses);
  return { backend: postgresqlBackend.create(postgresqlBackend.settings.parse(settings), environment), environment };
}

/** A backend whose settings name the test server by a host, as an operator would write it. */
export function postgresqlAt(host: string, addresses: AddressGuard, settings: Partial<PostgresqlSettings> = {}): Subject {
  const { port, user: username, password } = testServer();
  return postgresqlWith({ host, port, username, password, ...settings }, addresses);
}

/** One instance and its bindings, sent to whichever backend a test names. */
export class Instance {
  readonly instanceId: string;
  readonly serviceId = SERVICE_ID;
  planId: string = SMALL;

  constructor(instanceId: string = randomUUID()) {
    this.instanceId = instanceId;
  }

  get ref(): { instanceId: string; serviceId: string; planId: string } {
    return { instanceId: this.instanceId, serviceId: this.serviceId, planId: this.planId };
  }

  async provision(backend: ServiceBackend, operationId: string = randomUUID()): Promise<void> {
    const request = { ...this.ref, organizationGuid: 'org', spaceGuid: 'space' };
    await backend.provision(request, testCall({ operationId }));
  }

  async update(backend: ServiceBackend, planId: string, operationId: string = randomUUID()): Promise<void> {
    const request = { ...this.ref, planId, previousPlanId: this.planId };
    await backend.update(request, testCall({ operationId }));
  }

  async deprovision(backend: ServiceBackend, operationId: string = randomUUID()): Promise<void> {
    await backend.deprovision(this.ref, testCall({ operationId }));
  }

  async bind(
    backend: ServiceBackend,
    bindingId: string = randomUUID(),
    parameters: Record<string, unknown> = {},
    operationId: string = randomUUID(),
  ): Promise<Credentials> {
    const request = { ...this.ref, bindingId, parameters: toRawJson(parameters) };
    const outcome = await backend.bind(request, testBindingCall({ operationId }));
    if (outcome.kind !== 'done') throw new Error('a bind must be done when it returns');
    return outcome.result.credentials?.value as Credentials;
  }

  async unbind(backend: ServiceBackend, bindingId: string, operationId: string = randomUUID()): Promise<void> {
    await backend.unbind({ ...this.ref, bindingId }, testBindingCall({ operationId }));
  }
}

/** Connects, runs the statements and gives back the rows of the last one. */
async function sql(config: ClientConfig, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new Client(config);
  // The server may end it between two statements.
  client.on('error', () => undefined);
  try {
    await client.connect();
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
    return rows;
  } finally {
    await client.end();
  }
}

/** With the credentials of a binding, by their address. */
export function as({ uri }: Credentials, ...statements: string[]): Promise<Record<string, unknown>[]> {
  return sql({ connectionString: uri }, ...statements);
}

/** With the login of a binding, but into another database. */
export function into(
  database: string,
  { host, port, username, password }: Credentials,
  ...statements: string[]
): Promise<Record<string, unknown>[]> {
  return sql({ host, port, user: username, password, database }, ...statements);
}

/** As the administrator of the test server. */
export function asAdministrator(...statements: string[]): Promise<Record<string, unknown>[]> {
  return sql({ connectionString: process.env['TEST_POSTGRES_URL'] }, ...statements);
}

/** The same, in the database of an instance. */
export function inDatabase(database: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  return sql({ ...testServer(), ssl: false, database }, ...statements);
}

/** What the server still knows of an instance: its database and its roles. */
export async function traces(database: string): Promise<string[]> {
  const rows = await asAdministrator(
    `SELECT 'database ' || datname AS trace FROM pg_database WHERE datname = '${database}' UNION ALL
     SELECT 'role ' || rolname FROM pg_roles WHERE rolname LIKE '${database}%' ORDER BY trace`,
  );
  return rows.map(({ trace }) => String(trace));
}

export interface TestAdministrator {
  readonly user: string;
  readonly password: string;
  drop(): Promise<void>;
}

/** A login on the test server that is no superuser, with these attributes. */
export async function administrator(attributes: string): Promise<TestAdministrator> {
  const user = `test_admin_${randomUUID().replaceAll('-', '')}`;
  const password = randomUUID();
  await asAdministrator(
    `CREATE ROLE ${user} LOGIN PASSWORD '${password}' ${attributes}`,
    // PUBLIC may have lost it to a test of dedicated servers.
    `GRANT CONNECT ON DATABASE postgres TO ${user}`,
    `GRANT pg_signal_backend TO ${user}`,
  );
  return {
    user,
    password,
    drop: async () => {
      const owned = await asAdministrator(
        `SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = '${user}' AND datname LIKE 'osbgateway%'`,
      );
      for (const { datname } of owned) await asAdministrator(`DROP DATABASE ${String(datname)} WITH (FORCE)`);
      await asAdministrator(`DROP OWNED BY ${user}`, `DROP ROLE ${user}`);
    },
  };
}

/** Waits on the server until a condition on its statistics holds. */
export async function waitUntil(condition: string): Promise<void> {
  await asAdministrator(`DO $$ BEGIN
    WHILE NOT (${condition}) LOOP PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$`);
}
