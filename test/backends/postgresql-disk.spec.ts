import { DiskGuard, LoginSuspensions } from '#backends/postgresql';
import { testEnvironment } from '#sdk/testing';
import { until } from '../e2e/eventually.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { as, Instance, postgresqlSubject, type Credentials, type Subject } from './postgresql-fixture.js';

const MIB = 1_048_576;
const LIMITS = { readOnlyBelowBytes: 200, closedBelowBytes: 100, openFromBytes: 300, growthBytes: 4 * MIB, suspensionMs: 50 };

let server: OwnPostgres;
let subject: Subject;
let disk: DiskGuard;
let suspensions: LoginSuspensions;
let freeBytes = 1_000;
const environment = testEnvironment('postgresql');
const [honest, greedy] = [new Instance(), new Instance()];
let login: Credentials;
let hostile: Credentials;

beforeAll(async () => {
  server = await OwnPostgres.start();
  const connection = { host: '127.0.0.1', port: server.port, user: 'postgres', password: server.password };
  subject = postgresqlSubject(connection);
  for (const instance of [honest, greedy]) await instance.provision(subject.backend);
  login = await honest.bind(subject.backend);
  hostile = await greedy.bind(subject.backend);
  await as(login, 'CREATE TABLE t (i int)', 'INSERT INTO t VALUES (1)');
  await as(hostile, 'CREATE TABLE t (i text)');
  suspensions = new LoginSuspensions(connection);
  disk = new DiskGuard({ ...connection }, suspensions, environment.log, LIMITS, () => Promise.resolve(freeBytes));
});
beforeEach(() => withFree(1_000));
afterAll(async () => {
  await subject.backend.close?.();
  await server.remove();
});

test('below the first limit tenants read and do not write, and write again when there is room', async () => {
  await withFree(199);
  expect(await as(login, 'SELECT i FROM t')).toEqual([{ i: 1 }]);
  await expect(as(login, 'INSERT INTO t VALUES (2)')).rejects.toMatchObject({ code: '25006' });
  await withFree(299);
  await expect(as(login, 'INSERT INTO t VALUES (2)')).rejects.toMatchObject({ code: '25006' });
  await withFree(300);
  expect(await as(login, 'INSERT INTO t VALUES (2) RETURNING i')).toEqual([{ i: 2 }]);
  expect(environment.lines.map(({ message }) => message)).toEqual(
    expect.arrayContaining([expect.stringContaining('read-only until there is room'), expect.stringContaining('tenants can write')]),
  );
});

test('no new database is made meanwhile, and verbs on those that are there go on', async () => {
  await withFree(199);
  expect(() => disk.refuseNewDatabase()).toThrow('nearly full');
  const bindingId = 'b-1';
  await honest.bind(subject.backend, bindingId);
  await honest.unbind(subject.backend, bindingId);
  await withFree(1_000);
  expect(() => disk.refuseNewDatabase()).not.toThrow();
});

test('a login that writes all the same is kept out, and the others go on reading', async () => {
  await withFree(199);
  await as(hostile, 'SET default_transaction_read_only = off', `INSERT INTO t SELECT repeat(md5(i::text), 50) FROM generate_series(1, 20000) i`);
  expect(await until(() => isKeptOut(hostile))).toBe(true);
  expect(await as(login, 'SELECT count(*)::int AS rows FROM t WHERE i = 1')).toEqual([{ rows: 1 }]);
  await withFree(1_000);
  expect(await until(async () => !(await isKeptOut(hostile)))).toBe(true);
});

test('below the second limit nobody is let in until there is room', async () => {
  await withFree(99);
  expect(await until(() => isKeptOut(login))).toBe(true);
  await withFree(1_000);
  expect(await until(async () => !(await isKeptOut(login)))).toBe(true);
  expect(await as(login, 'DELETE FROM t WHERE i = 2 RETURNING 1 AS gone')).toBeDefined();
});

async function withFree(bytes: number): Promise<void> {
  freeBytes = bytes;
  await disk.settled();
  disk.check();
  await disk.settled();
}

async function isKeptOut(credentials: Credentials): Promise<boolean> {
  await withFree(freeBytes);
  suspensions.apply();
  await suspensions.settled();
  return as(credentials, 'SELECT 1').then(
    () => false,
    (error: { code?: string }) => error.code === '53300',
  );
}
