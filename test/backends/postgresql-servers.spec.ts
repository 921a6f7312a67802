import { AddressGuard, BrokerError, type ServiceBackend } from '#sdk';
import { MemoryStateSlot, testBindingCall, testCall } from '#sdk/testing';
import type { PostgresqlSettings } from '#backends/postgresql';
import { OwnPostgres } from '../support/own-postgres.js';
import { query } from '../support/postgres.js';
import { as, Instance, type Credentials, postgresqlWith } from './postgresql-fixture.js';

// Two servers of this file alone, since tenants' databases are counted: one keeps "the record", the other one is named.
let recordsServer: OwnPostgres;
let other: OwnPostgres;
const opened: ServiceBackend[] = [];

beforeAll(async () => {
  [recordsServer, other] = await Promise.all([OwnPostgres.start(), OwnPostgres.start()]);
});
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close?.();
});
afterAll(() => Promise.all([recordsServer.remove(), other.remove()]));

const recordAt = () => ({ host: '127.0.0.1', port: recordsServer.port, user: 'postgres', password: recordsServer.password });

const recordServer = (): Pick<PostgresqlSettings, 'recordServer'> => ({ recordServer: { url: recordsServer.adminUrl } });

const named = (): PostgresqlSettings => {
  const { port, password } = other;
  return { host: '127.0.0.1', port, username: 'postgres', password };
};

const embedded = (): Pick<PostgresqlSettings, 'embeddedServer'> => {
  const { host, port, user: username, password } = recordAt();
  return { embeddedServer: { host, port, username, password } };
};

function open(settings: PostgresqlSettings, addresses?: AddressGuard): ServiceBackend {
  const { backend } = postgresqlWith(settings, addresses);
  opened.push(backend);
  return backend;
}

/** An instance as the gateway keeps it: with a slot that goes along with every call. */
class Kept extends Instance {
  readonly state = new MemoryStateSlot();

  async make(backend: ServiceBackend): Promise<void> {
    await backend.provision({ ...this.ref, organizationGuid: 'o', spaceGuid: 's' }, testCall({ state: this.state }));
  }

  async portOfBinding(backend: ServiceBackend): Promise<number> {
    const outcome = await backend.bind({ ...this.ref, bindingId: 'b-1' }, testBindingCall({ state: this.state }));
    if (outcome.kind !== 'done') throw new Error('a bind must be done when it returns');
    const credentials = outcome.result.credentials?.value as Credentials;
    await expect(as(credentials, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
    await backend.update({ ...this.ref, previousPlanId: this.planId }, testCall({ state: this.state }));
    await backend.unbind({ ...this.ref, bindingId: 'b-1' }, testBindingCall({ state: this.state }));
    return credentials.port;
  }

  async remove(backend: ServiceBackend): Promise<void> {
    await backend.deprovision(this.ref, testCall({ state: this.state }));
  }
}

/** As release 0.1 made it: it remembered no server. */
async function madeByRelease01(settings: PostgresqlSettings): Promise<Kept> {
  const instance = new Kept();
  await instance.provision(open(settings));
  return instance;
}

const onTestServer = (): PostgresqlSettings => {
  const { host, port, user: username, password } = recordAt();
  return { host, port, username, password };
};
const catalogOf = (backend: ServiceBackend): Promise<unknown> => backend.catalog({ signal: AbortSignal.timeout(60_000) });
const refusal = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', (error: unknown) => error);

test('without a server for tenants nothing is offered, and the reason names the way out', async () => {
  const backend = open(recordServer());
  await expect(catalogOf(backend)).rejects.toThrow('the operator has to set "host", "username" and "password"');
  expect(backend.warnings?.()).toEqual([expect.stringContaining('no PostgreSQL server is named for new instances')]);
});

test('without a server for tenants a new instance is refused, and nothing is made of it', async () => {
  const instance = new Kept();
  const refused = await refusal(instance.make(open(recordServer())));
  expect(refused).toMatchObject({ code: 'BadRequest', description: expect.stringContaining('set "host"') });
  expect(instance.state.get('server')).toBeUndefined();
});

test('an instance of release 0.1 on the server of the record keeps every verb and its plan, with a warning', async () => {
  const instance = await madeByRelease01(onTestServer());
  const backend = open(recordServer());
  await expect(catalogOf(backend)).resolves.toHaveProperty('services');
  expect(backend.warnings?.()).toContainEqual(expect.stringMatching(/^1 database of a tenant is on the server that keeps the gateway's record/));
  expect(await instance.portOfBinding(backend)).toBe(recordAt().port);
  await instance.remove(backend);
  expect(await refusal(instance.remove(backend))).toMatchObject({ code: 'Gone' });
});

test('it keeps them when a server is named later on, and new instances go there', async () => {
  const [old, fresh] = [await madeByRelease01(onTestServer()), new Kept()];
  const backend = open({ ...named(), ...recordServer() });
  await fresh.make(backend);
  expect(await fresh.portOfBinding(backend)).toBe(other.port);
  expect(await old.portOfBinding(backend)).toBe(recordAt().port);
  await old.remove(backend);
  await fresh.remove(backend);
});

test('an instance of release 0.1 on a named server is found there', async () => {
  const instance = await madeByRelease01(named());
  const backend = open({ ...named(), ...recordServer() });
  expect(await instance.portOfBinding(backend)).toBe(other.port);
  await instance.remove(backend);
});

test('a provision that release 0.1 began on the server of the record is continued there, not made twice', async () => {
  const instance = new Kept();
  const operationId = 'operation-1';
  await instance.provision(open(onTestServer()), operationId);
  const backend = open({ ...named(), ...recordServer() });
  await backend.provision({ ...instance.ref, organizationGuid: 'o', spaceGuid: 's' }, testCall({ state: instance.state, operationId }));
  expect(instance.state.get('server')).toBe('record');
  await instance.remove(backend);
});

test('an instance on the embedded server stays there when a server is named', async () => {
  const instance = new Kept();
  await instance.make(open(embedded()));
  const backend = open({ ...embedded(), ...named() });
  expect(await instance.portOfBinding(backend)).toBe(recordAt().port);
  await instance.remove(backend);
});

test('a provision that broke off before anything was made goes on at the server it remembers', async () => {
  const instance = new Kept();
  // 1. The server was written down, then the process ended. 2. Meanwhile another server was named.
  await instance.state.put('server', 'embedded');
  const backend = open({ ...embedded(), ...named() });
  await instance.make(backend);
  expect(await instance.portOfBinding(backend)).toBe(recordAt().port);
  await instance.remove(backend);
});

test('an instance follows the named server to another address', async () => {
  const instance = new Kept();
  await instance.make(open(named()));
  const moved = open({ ...named(), host: 'localhost' });
  expect(await instance.portOfBinding(moved)).toBe(other.port);
  await instance.remove(moved);
});

test('an instance whose server is not there any more says which one it needs', async () => {
  const [onNamed, onEmbedded] = [new Kept(), new Kept()];
  await onNamed.make(open(named()));
  await onEmbedded.make(open(embedded()));
  const without = open(recordServer());
  for (const [instance, text] of [[onNamed, 'set "host" again'], [onEmbedded, 'embedded PostgreSQL for tenants']] as const) {
    const refused = await refusal(instance.remove(without));
    expect(refused).toBeInstanceOf(BrokerError);
    expect(refused).toMatchObject({ code: 'BackendFailed', description: expect.stringContaining(text) });
  }
  await onNamed.remove(open(named()));
  await onEmbedded.remove(open(embedded()));
});

test('the embedded server is reached whatever addresses are allowed, and it opens none of them', async () => {
  const nothing = new AddressGuard([]);
  await expect(catalogOf(open({ ...embedded(), ...recordServer() }, nothing))).resolves.toHaveProperty('services');
  expect(() => open({ ...embedded(), ...named() }, nothing)).toThrow('127.0.0.1 is a loopback address');
});

test('a role of the record that the server lets into no other database has no instances there', async () => {
  await query(other.adminUrl, "create role record login password 'pw'; revoke connect on database postgres from public");
  const url = `postgres://record:pw@127.0.0.1:${other.port}/record`;
  const instance = new Kept();
  const backend = open({ ...onTestServer(), recordServer: { url } });
  await instance.make(backend);
  expect(await instance.portOfBinding(backend)).toBe(recordAt().port);
  await instance.remove(backend);
});

test('a role of the record without any right to make databases keeps nothing from being offered, and is asked for none', async () => {
  await query(other.adminUrl, "create role plain login password 'pw'; grant connect on database postgres to plain");
  const record = { recordServer: { url: `postgres://plain:pw@127.0.0.1:${other.port}/postgres` } };
  await expect(catalogOf(open({ ...onTestServer(), ...record }))).resolves.toHaveProperty('services');
  await expect(catalogOf(open(record))).rejects.toThrow('no PostgreSQL server is named for new instances');
});

test('nothing is made on the server of the record while no tenant is there', async () => {
  const own = "select datname from pg_database where datname like 'osbgateway%'";
  await query(other.adminUrl, "create role unused superuser login password 'pw'; grant connect on database postgres to unused");
  const before = await query(other.adminUrl, own);
  const backend = open({ ...onTestServer(), recordServer: { url: `postgres://unused:pw@127.0.0.1:${other.port}/postgres` } });
  await catalogOf(backend);
  await expect(query(other.adminUrl, own)).resolves.toEqual(before);
});

test('while the password of the record is a wrong one nobody takes an instance there for gone', async () => {
  const instance = await madeByRelease01(onTestServer());
  const url = Object.assign(new URL(recordsServer.adminUrl), { password: 'wrong' }).href;
  const refused = await refusal(instance.remove(open({ ...named(), recordServer: { url } })));
  expect(refused).toMatchObject({ code: 'Unavailable' });
  await instance.remove(open({ ...named(), ...recordServer() }));
});

test('a named server that is the one of the record is told', async () => {
  const backend = open({ ...onTestServer(), ...recordServer() });
  await catalogOf(backend);
  expect(backend.warnings?.()).toContainEqual(expect.stringContaining('is the one that keeps the gateway\'s record'));
});
