import { randomUUID } from 'node:crypto';
import { BrokerError, type ServiceBackend } from '#sdk';
import {
  administrator,
  as,
  asAdministrator,
  Instance,
  into,
  LARGE,
  postgresqlSubject,
  testServer,
  traces,
  type TestAdministrator,
} from './postgresql-fixture.js';
import { severingProxy, type Cut } from './postgresql-proxy.js';

/** Every story waits a second or two for sessions, at each statement. */
const TIMEOUT_MS = 180_000;

let role: TestAdministrator;
let healthy: ServiceBackend;

// The harder case: a superuser needs fewer of the statements that may be cut off.
beforeAll(async () => {
  role = await administrator('CREATEDB CREATEROLE');
  healthy = postgresqlSubject(role).backend;
});
afterAll(async () => {
  await healthy.close?.();
  await role.drop();
});

type Attempt = (verb: (backend: ServiceBackend) => Promise<unknown>) => Promise<unknown>;

/** As many stories at once: most of them wait for sessions to settle. */
const AT_ONCE = 6;

/** Runs `story` with gateways that die at their n-th statement, for every n up to the one that is not reached. */
async function atEveryStatement(cut: Cut, story: (attempt: Attempt) => Promise<void>): Promise<number> {
  for (let first = 1; ; first += AT_ONCE) {
    const statements = Array.from({ length: AT_ONCE }, (_, index) => first + index);
    const severed = await Promise.all(statements.map((statement) => atStatement(cut, statement, story)));
    if (severed.includes(false)) return first - 1 + severed.indexOf(false);
  }
}

/** @returns whether the statement was reached */
async function atStatement(cut: Cut, statement: number, story: (attempt: Attempt) => Promise<void>): Promise<boolean> {
  const proxy = await severingProxy(testServer(), statement, cut);
  const { backend } = postgresqlSubject({ ...role, host: '127.0.0.1', port: proxy.port });
  try {
    await story((verb) =>
      verb(backend).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    return proxy.severed();
  } finally {
    await proxy.close();
    await backend.close?.();
  }
}

/** Learnt from a first life of the instance. */
async function databaseOf(instance: Instance): Promise<string> {
  await instance.provision(healthy);
  const { database } = await instance.bind(healthy);
  await instance.deprovision(healthy);
  return database;
}

const goneIsFine = (error: unknown): void => {
  if (!(error instanceof BrokerError) || error.code !== 'Gone') throw error;
};

function expectHonest(error: unknown): void {
  if (error === undefined || !(error instanceof BrokerError)) return;
  expect(error.code).toBe('Unavailable');
}

const isUnavailable = (error: unknown): boolean => error instanceof BrokerError && error.code === 'Unavailable';

describe.each<Cut>(['before', 'after'])('a gateway that dies %s any statement', (cut) => {
  test('leaves a provision its repetition completes, and nobody else can enter meanwhile', async () => {
    const other = new Instance();
    await other.provision(healthy);
    const intruder = await other.bind(healthy);
    const cuts = await atEveryStatement(cut, async (attempt) => {
      const instance = new Instance();
      const database = await databaseOf(instance);
      const operationId = randomUUID();
      const error = await attempt((backend) => instance.provision(backend, operationId));
      expectHonest(error);
      if (isUnavailable(error)) expect(await traces(database)).toEqual([]);
      await expect(into(database, intruder, 'SELECT 1')).rejects.toMatchObject({ severity: 'FATAL' });
      await instance.provision(healthy, operationId);
      const credentials = await instance.bind(healthy);
      await as(credentials, 'CREATE TABLE t (i int)');
      await instance.deprovision(healthy);
      expect(await traces(database)).toEqual([]);
    });
    expect(cuts).toBeGreaterThan(8);
    await other.deprovision(healthy);
  }, TIMEOUT_MS);

  test('leaves a bind whose repetition ends in one login that works', async () => {
    await atEveryStatement(cut, async (attempt) => {
      const instance = new Instance();
      await instance.provision(healthy);
      const [bindingId, operationId] = [randomUUID(), randomUUID()];
      expectHonest(await attempt((backend) => instance.bind(backend, bindingId, {}, operationId)));
      const credentials = await instance.bind(healthy, bindingId, {}, operationId);
      await as(credentials, 'SELECT 1');
      expect(await traces(credentials.database)).toHaveLength(4);
      await instance.unbind(healthy, bindingId);
      expect(await traces(credentials.database)).toHaveLength(3);
      await instance.deprovision(healthy);
    });
  }, TIMEOUT_MS);

  test('leaves an unbind whose repetition ends the login and keeps its tables', async () => {
    const instance = new Instance();
    await instance.provision(healthy);
    const other = await instance.bind(healthy);
    const cuts = await atEveryStatement(cut, async (attempt) => {
      const bindingId = randomUUID();
      const credentials = await instance.bind(healthy, bindingId);
      const table = `mine_${bindingId.replaceAll('-', '')}`;
      await as(credentials, 'SET ROLE NONE', `CREATE TABLE ${table} (i int)`);
      expectHonest(await attempt((backend) => instance.unbind(backend, bindingId)));
      await instance.unbind(healthy, bindingId).catch(goneIsFine);
      await expect(as(credentials, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
      await as(other, `DROP TABLE ${table}`);
    });
    expect(cuts).toBeGreaterThan(8);
    await instance.deprovision(healthy);
  }, TIMEOUT_MS);

  test('leaves an update whose repetition sets the limits of the plan', async () => {
    await atEveryStatement(cut, async (attempt) => {
      const instance = new Instance();
      await instance.provision(healthy);
      const { database, username } = await instance.bind(healthy);
      expectHonest(await attempt((backend) => instance.update(backend, LARGE)));
      await instance.update(healthy, LARGE);
      const limits = await asAdministrator(
        `SELECT datconnlimit AS "limit" FROM pg_database WHERE datname = '${database}' UNION ALL
         SELECT rolconnlimit FROM pg_roles WHERE rolname = '${username}'`,
      );
      expect(limits).toEqual([{ limit: 100 }, { limit: 100 }]);
      await instance.deprovision(healthy);
    });
  }, TIMEOUT_MS);
});

// Only "after": whatever this way leaves behind, dying before the next statement leaves too.
describe('a gateway that dies during a deletion or before one', () => {
  test('leaves a deprovision whose repetition removes everything', async () => {
    await atEveryStatement('after', async (attempt) => {
      const instance = new Instance();
      await instance.provision(healthy);
      const { database } = await instance.bind(healthy);
      expectHonest(await attempt((backend) => instance.deprovision(backend)));
      await instance.deprovision(healthy).catch(goneIsFine);
      expect(await traces(database)).toEqual([]);
    });
  }, TIMEOUT_MS);

  test('leaves a provision that a deprovision clears away', async () => {
    await atEveryStatement('after', async (attempt) => {
      const instance = new Instance();
      const database = await databaseOf(instance);
      await attempt((backend) => instance.provision(backend));
      await instance.deprovision(healthy).catch(goneIsFine);
      expect(await traces(database)).toEqual([]);
    });
  }, TIMEOUT_MS);
});

test('a database whose deletion broke off inside the server is removed by the next deprovision', async () => {
  const instance = new Instance();
  await instance.provision(healthy);
  const { database } = await instance.bind(healthy);
  await asAdministrator(`UPDATE pg_database SET datconnlimit = -2 WHERE datname = '${database}'`);
  await instance.deprovision(healthy);
  expect(await traces(database)).toEqual([]);
});
