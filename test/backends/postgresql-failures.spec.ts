import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Client } from 'pg';
import { BrokerError } from '#sdk';
import { testCall } from '#sdk/testing';
import {
  administrator,
  as,
  asAdministrator,
  Instance,
  postgresqlSubject,
  testServer,
  waitUntil,
} from './postgresql-fixture.js';

const soon = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(60_000) });

describe('the catalog tells an operator why the server cannot be used', () => {
  test.each([
    ['CREATEDB', 'ALTER ROLE "USER" CREATEROLE'],
    ['CREATEROLE', 'ALTER ROLE "USER" CREATEDB'],
    ['CREATEDB CREATEROLE NOINHERIT', 'ALTER ROLE "USER" INHERIT'],
    ['', 'ALTER ROLE "USER" CREATEDB CREATEROLE'],
  ])('a role with "%s" only: %s', async (attributes, remedy) => {
    const role = await administrator(attributes);
    const { backend } = postgresqlSubject(role);
    await expect(backend.catalog(soon())).rejects.toThrow(remedy.replace('USER', role.user));
    await backend.close?.();
    await role.drop();
  });

  test('a role that may not end sessions of others', async () => {
    const role = await administrator('CREATEDB CREATEROLE');
    await asAdministrator(`REVOKE pg_signal_backend FROM ${role.user}`);
    const { backend } = postgresqlSubject(role);
    await expect(backend.catalog(soon())).rejects.toThrow(
      `the gateway's role lacks rights; as a superuser run: GRANT pg_signal_backend TO "${role.user}"`,
    );
    await backend.close?.();
    await role.drop();
  });

  test.each([
    ['nobody listens', { port: 1 }, 'ECONNREFUSED'],
    ['the password is wrong', { password: 'wrong-one' }, 'password authentication failed'],
    ['the database is missing', { database: 'nowhere' }, 'database "nowhere" does not exist'],
    ['TLS is required and the server has none', { ssl: 'require' } as const, 'does not support SSL'],
  ])('%s', async (_what, server, reason) => {
    const { backend } = postgresqlSubject(server);
    const error: unknown = await backend.catalog(soon()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toContain(reason);
    expect(String(error)).not.toContain(testServer().password);
    expect(String(error)).not.toContain('wrong-one');
    await backend.close?.();
  });

  test('an extension of a plan is not installed', async () => {
    const plans = [{ id: 'p', name: 'p', description: 'p', connectionLimit: 1, extensions: ['nonsense'] }];
    const { backend } = postgresqlSubject({}, { plans });
    await expect(backend.catalog(soon())).rejects.toThrow('extensions named by plans are not installed: nonsense');
    await backend.close?.();
  });

  test('a server that recovers is used at the next call', async () => {
    const role = await administrator('CREATEDB');
    const { backend } = postgresqlSubject(role);
    await expect(backend.catalog(soon())).rejects.toThrow('CREATEROLE');
    await asAdministrator(`ALTER ROLE ${role.user} CREATEROLE`);
    expect(await backend.catalog(soon())).toHaveProperty('services');
    await backend.close?.();
    await role.drop();
  });
});

describe('a verb that surely did nothing says so', () => {
  test.each([
    ['nobody listens', { port: 1 }, 'ECONNREFUSED'],
    ['the password is wrong', { password: 'wrong-one' }, 'SQLSTATE 28P01'],
  ])('%s', async (_what, server, reason) => {
    const { backend } = postgresqlSubject(server);
    const instance = new Instance();
    const verbs = [
      () => instance.provision(backend),
      () => instance.update(backend, instance.planId),
      () => instance.deprovision(backend),
      () => instance.bind(backend),
      () => instance.unbind(backend, randomUUID()),
    ];
    for (const verb of verbs) {
      await expect(verb()).rejects.toMatchObject({ code: 'Unavailable', description: expect.stringContaining(reason) });
    }
    await backend.close?.();
  });

  test('the administrator has no connection left', async () => {
    const role = await administrator('CREATEDB CREATEROLE CONNECTION LIMIT 1');
    const holder = postgresqlSubject(role).backend;
    await holder.catalog(soon());
    const { backend } = postgresqlSubject(role);
    await expect(new Instance().provision(backend)).rejects.toMatchObject({
      code: 'Unavailable',
      description: expect.stringContaining('SQLSTATE 53300'),
    });
    await Promise.all([holder.close?.(), backend.close?.()]);
    await role.drop();
  });

  test('the deadline has passed before the first statement', async () => {
    const { backend } = postgresqlSubject();
    const deprovision = backend.deprovision(new Instance().ref, testCall({ signal: AbortSignal.abort() }));
    await expect(deprovision).rejects.toMatchObject({ code: 'Unavailable' });
    await backend.close?.();
  });
});

test('a step refused half-way is a failure the gateway cleans up after, and its reason is logged', async () => {
  const role = await administrator('CREATEDB CREATEROLE');
  const { backend, environment } = postgresqlSubject(role);
  await backend.catalog(soon());
  await asAdministrator(`ALTER ROLE ${role.user} NOCREATEDB`);
  const instance = new Instance();
  await expect(instance.provision(backend)).rejects.toMatchObject({
    code: 'BackendFailed',
    mayHaveActed: true,
    description: expect.stringContaining('SQLSTATE 42501'),
  });
  expect(environment.lines).toContainEqual(
    expect.objectContaining({ fields: { sqlstate: '42501', reason: 'permission denied to create database' } }),
  );
  await instance.deprovision(backend);
  await backend.close?.();
  await role.drop();
});

test('a server that does not answer holds nobody longer than the deadline', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const { backend } = postgresqlSubject({ host: '127.0.0.1', port: (silent.address() as AddressInfo).port });
  const deprovision = backend.deprovision(new Instance().ref, testCall({ timeoutMs: 100 }));
  await expect(deprovision).rejects.toMatchObject({ code: 'Unavailable' });
  for (const socket of sockets) socket.destroy();
  silent.close();
  await backend.close?.();
});

test('a statement still running at the deadline is stopped by the server, and the next call takes over', async () => {
  const { backend } = postgresqlSubject();
  const instance = new Instance();
  await instance.provision(backend);
  const bindingId = randomUUID();
  const credentials = await instance.bind(backend, bindingId);
  // 1. A transaction of somebody else holds the login's row, so the deprovision has to wait for it.
  const blocker = new Client(process.env['TEST_POSTGRES_URL']);
  await blocker.connect();
  await blocker.query(`BEGIN; ALTER ROLE ${credentials.username} CONNECTION LIMIT 5`);
  // 2. Its deadline passes: the outcome is unknown to the gateway, and the server works on it no longer.
  const tooShort = backend.deprovision(instance.ref, testCall({ timeoutMs: 500 }));
  const error: unknown = await tooShort.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error instanceof BrokerError && error.code !== 'Timeout').toBe(false);
  await waitUntil(`NOT EXISTS (SELECT FROM pg_stat_activity
    WHERE application_name = 'osb-gateway' AND query LIKE '%${credentials.username}%')`);
  await blocker.query('ROLLBACK');
  await blocker.end();
  // 3. The repetition ends it.
  await instance.deprovision(backend);
  await expect(as(credentials, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  await backend.close?.();
});

test('a connection the server has closed meanwhile is replaced', async () => {
  const role = await administrator('CREATEDB CREATEROLE');
  const { backend } = postgresqlSubject(role);
  const instance = new Instance();
  await instance.provision(backend);
  await asAdministrator(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '${role.user}'`);
  await instance.deprovision(backend).catch(() => instance.deprovision(backend));
  await backend.close?.();
  await expect(role.drop()).resolves.toBeUndefined();
});

test('a backend that was closed refuses new calls and opens nothing', async () => {
  const { backend } = postgresqlSubject();
  await backend.catalog(soon());
  await backend.close?.();
  await expect(new Instance().provision(backend)).rejects.toMatchObject({ code: 'Unavailable' });
});
