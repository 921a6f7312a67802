import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { ServiceBackend } from '#sdk';
import { testCall } from '#sdk/testing';
import {
  administrator,
  as,
  asAdministrator,
  Instance,
  LARGE,
  postgresqlSubject,
  SMALL,
  traces,
  waitUntil,
  type TestAdministrator,
} from './postgresql-fixture.js';

describe.each(['SUPERUSER', 'CREATEDB CREATEROLE'])('a server administered by a role with %s', (attributes) => {
  let role: TestAdministrator;
  let backend: ServiceBackend;
  const instance = new Instance();

  beforeAll(async () => {
    role = await administrator(attributes);
    ({ backend } = postgresqlSubject(role));
    await backend.catalog({ signal: AbortSignal.timeout(60_000) });
    await instance.provision(backend);
  });
  afterAll(async () => {
    await instance.deprovision(backend);
    await backend.close?.();
    await role.drop();
  });

  test('one binding reads and changes what another one made', async () => {
    const [maker, reader] = [await instance.bind(backend), await instance.bind(backend)];
    await as(maker, 'CREATE TABLE shared (i int)', 'INSERT INTO shared VALUES (1)');
    await as(reader, 'INSERT INTO shared VALUES (2)', 'ALTER TABLE shared ADD j int');
    expect(await as(maker, 'SELECT i, j FROM shared ORDER BY i')).toEqual([
      { i: 1, j: null },
      { i: 2, j: null },
    ]);
    await as(reader, 'DROP TABLE shared');
  });

  test('what a binding made outlives it, also what it made after leaving the owner role', async () => {
    const bindingId = randomUUID();
    const [maker, other] = [await instance.bind(backend, bindingId), await instance.bind(backend)];
    await as(maker, 'CREATE TABLE kept (i int)');
    await as(maker, 'SET ROLE NONE', 'CREATE TABLE kept_too (i int)', 'SELECT lo_create(0)');
    await instance.unbind(backend, bindingId);
    expect(await as(other, 'SELECT * FROM kept', 'SELECT * FROM kept_too')).toEqual([]);
    await as(other, 'DROP TABLE kept, kept_too');
  });

  test('a pooled connection that is reset keeps acting as the owner', async () => {
    const credentials = await instance.bind(backend);
    const [row] = await as(credentials, 'DISCARD ALL', 'SELECT current_user = session_user AS left_owner');
    expect(row).toEqual({ left_owner: false });
  });

  test('a readonly binding reads everything others make, in any schema, and changes nothing', async () => {
    const writer = await instance.bind(backend);
    const reader = await instance.bind(backend, randomUUID(), { role: 'readonly' });
    await as(writer, 'CREATE SCHEMA s', 'CREATE TABLE s.t (i serial)', 'INSERT INTO s.t DEFAULT VALUES');
    await as(writer, 'CREATE VIEW v AS SELECT i FROM s.t');
    expect(await as(reader, 'SELECT * FROM s.t NATURAL JOIN v')).toEqual([{ i: 1 }]);
    for (const statement of [
      'INSERT INTO s.t VALUES (2)',
      'DELETE FROM s.t',
      'CREATE TABLE x (i int)',
      'CREATE TEMPORARY TABLE x (i int)',
      "SELECT nextval('s.t_i_seq')",
    ]) {
      await expect(as(reader, statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('a bind sent again as readonly takes the right to write away', async () => {
    const bindingId = randomUUID();
    await instance.bind(backend, bindingId, { role: 'readwrite' });
    const reader = await instance.bind(backend, bindingId, { role: 'readonly' });
    await expect(as(reader, 'CREATE TABLE x (i int)')).rejects.toMatchObject({ code: '42501' });
    const writer = await instance.bind(backend, bindingId, { role: 'readwrite' });
    await as(writer, 'CREATE TABLE x (i int)', 'DROP TABLE x');
  });

  test('an unbind ends the sessions of its binding, and no others', async () => {
    const bindingId = randomUUID();
    const [leaving, staying] = [await instance.bind(backend, bindingId), await instance.bind(backend)];
    const asleep = as(leaving, 'SELECT pg_sleep(600)').catch((error: unknown) => error);
    const awake = new Client(staying.uri);
    await awake.connect();
    await sessionOf(leaving.username);
    await instance.unbind(backend, bindingId);
    expect(await asleep).toMatchObject({ code: '57P01' });
    await awake.query('SELECT 1');
    await awake.end();
    await expect(as(leaving, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('a deprovision ends all sessions and removes every login, also while applications are connected', async () => {
    const busy = new Instance();
    await busy.provision(backend);
    const [one, other] = [await busy.bind(backend), await busy.bind(backend, randomUUID(), { role: 'readonly' })];
    const asleep = [one, other].map((each) => as(each, 'SELECT pg_sleep(600)').catch((error: unknown) => error));
    await Promise.all([sessionOf(one.username), sessionOf(other.username)]);
    await busy.deprovision(backend);
    for (const error of await Promise.all(asleep)) expect(error).toMatchObject({ code: '57P01' });
    expect(await traces(one.database)).toEqual([]);
  });

  test('a deprovision does not wait for autovacuum, which only a superuser may end', async () => {
    const big = new Instance();
    await big.provision(backend);
    const credentials = await big.bind(backend);
    await as(
      credentials,
      'CREATE TABLE t (i int, s text) WITH (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)',
      "INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(1, 20000) g",
      'DELETE FROM t WHERE i % 2 = 0',
    );
    await asAdministrator("ALTER SYSTEM SET autovacuum_naptime = '1s'", 'SELECT pg_reload_conf()');
    try {
      await waitUntil(`EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = '${credentials.database}' AND backend_type = 'autovacuum worker')`);
      await big.deprovision(backend);
    } finally {
      await asAdministrator('ALTER SYSTEM RESET autovacuum_naptime', 'SELECT pg_reload_conf()');
    }
    expect(await traces(credentials.database)).toEqual([]);
  });

  test('an update gives the database and its logins the limits of the new plan, and of the old one again', async () => {
    const moving = new Instance();
    await moving.provision(backend);
    const { database, username } = await moving.bind(backend);
    expect(await limits(database, username)).toEqual([20, 20]);
    await moving.update(backend, LARGE);
    expect(await limits(database, username)).toEqual([100, 100]);
    await moving.update(backend, SMALL);
    expect(await limits(database, username)).toEqual([20, 20]);
    await moving.deprovision(backend);
  });

  test('binds and unbinds of one instance run side by side', async () => {
    const ids = Array.from({ length: 12 }, () => randomUUID());
    const credentials = await Promise.all(ids.map((id) => instance.bind(backend, id)));
    await Promise.all(credentials.map((each) => as(each, 'SELECT 1')));
    await Promise.all(ids.map((id) => instance.unbind(backend, id)));
    await Promise.all(credentials.map((each) => expect(as(each, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })));
  });

  test('a provision sent again later leaves the data alone', async () => {
    const again = new Instance();
    const operationId = randomUUID();
    await again.provision(backend, operationId);
    const credentials = await again.bind(backend);
    await as(credentials, 'CREATE TABLE t (i int)', 'DROP SCHEMA IF EXISTS nothing');
    await again.provision(backend, operationId);
    expect(await as(credentials, 'SELECT * FROM t')).toEqual([]);
    await again.deprovision(backend);
  });

  test('the same provision sent twice at once ends in one database', async () => {
    const { backend: otherGateway } = postgresqlSubject(role);
    const twin = new Instance();
    const operationId = randomUUID();
    await Promise.all([twin.provision(backend, operationId), twin.provision(otherGateway, operationId)]);
    const { database } = await twin.bind(otherGateway);
    await Promise.allSettled([twin.deprovision(backend), twin.deprovision(otherGateway)]);
    await otherGateway.close?.();
    expect(await traces(database)).toEqual([]);
  });

  test('the id of an instance that is there is not given to another one', async () => {
    await expect(instance.provision(backend)).rejects.toMatchObject({ code: 'Conflict' });
    await instance.bind(backend);
  });

  test('an instance that is not there is refused by every verb', async () => {
    const missing = new Instance();
    await expect(missing.bind(backend)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(missing.update(backend, LARGE)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(missing.unbind(backend, randomUUID())).rejects.toMatchObject({ code: 'Gone' });
    await expect(missing.deprovision(backend)).rejects.toMatchObject({ code: 'Gone' });
  });

  test('a plan or a bind parameter that is not offered is refused and changes nothing', async () => {
    const instanceOfNoPlan = new Instance();
    instanceOfNoPlan.planId = 'p-9';
    await expect(instanceOfNoPlan.provision(backend)).rejects.toMatchObject({ code: 'BadRequest' });
    await expect(instance.bind(backend, randomUUID(), { role: 'root' })).rejects.toMatchObject({
      code: 'BadRequest',
      description: 'the bind parameter "role" must be one of readwrite, readonly',
    });
  });
});

describe('operators find their way on the server', () => {
  const { backend } = postgresqlSubject();
  afterAll(() => backend.close?.());

  test('extensions of a plan are in its new databases, and a plan change that needs others is refused', async () => {
    const common = { description: 'With extensions', connectionLimit: 5 };
    const plans = [
      { ...common, id: 'plain', name: 'plain' },
      { ...common, id: 'crypto', name: 'crypto', extensions: ['pgcrypto'] },
      { ...common, id: 'maps', name: 'maps', extensions: ['earthdistance', 'pgcrypto'] },
    ];
    const { backend: extended } = postgresqlSubject({}, { plans });
    const [maps, plain] = [new Instance(), new Instance()];
    [maps.planId, plain.planId] = ['maps', 'plain'];
    await Promise.all([maps.provision(extended), plain.provision(extended)]);
    const found = await as(await maps.bind(extended), 'SELECT extname FROM pg_extension ORDER BY extname');
    expect(found.map(({ extname }) => extname)).toEqual(['cube', 'earthdistance', 'pgcrypto', 'plpgsql']);
    await expect(plain.update(extended, 'crypto')).rejects.toMatchObject({
      code: 'UpdateNotSupported',
      description: expect.stringContaining('(pgcrypto)'),
    });
    await as(await plain.bind(extended), 'CREATE EXTENSION pgcrypto');
    await plain.update(extended, 'crypto');
    await Promise.all([maps.deprovision(extended), plain.deprovision(extended)]);
    await extended.close?.();
  });

  test('two services on one server keep the same instance id apart', async () => {
    const plans = [{ id: 'other-plan', name: 'other', description: 'other', connectionLimit: 5 }];
    const { backend: second } = postgresqlSubject({}, { serviceId: 'other', serviceName: 'other', plans });
    const instance = new Instance();
    const twin = { instanceId: instance.instanceId, serviceId: 'other', planId: 'other-plan' };
    await instance.provision(backend);
    await second.provision({ ...twin, organizationGuid: 'org', spaceGuid: 'space' }, testCall());
    await instance.deprovision(backend);
    await expect(second.deprovision(twin, testCall())).resolves.toMatchObject({ kind: 'done' });
    await second.close?.();
  });
});

async function limits(database: string, username: string): Promise<unknown[]> {
  const rows = await asAdministrator(
    `SELECT datconnlimit AS "limit" FROM pg_database WHERE datname = '${database}' UNION ALL
     SELECT rolconnlimit FROM pg_roles WHERE rolname = '${username}'`,
  );
  return rows.map(({ limit }) => limit);
}

/** Waits until the login has a session with a running statement. */
async function sessionOf(username: string): Promise<void> {
  await waitUntil(`EXISTS (SELECT FROM pg_stat_activity WHERE usename = '${username}' AND state = 'active')`);
}
