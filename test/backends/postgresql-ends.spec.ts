import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { ServiceBackend } from '#sdk';
import {
  administrator,
  as,
  asAdministrator,
  inDatabase,
  Instance,
  LARGE,
  postgresqlSubject,
  testServer,
  traces,
  waitUntil,
  type Credentials,
  type Subject,
  type TestAdministrator,
} from './postgresql-fixture.js';

const TIMEOUT_MS = 120_000;

describe.each(['SUPERUSER', 'CREATEDB CREATEROLE'])('with an administrator that is %s', (attributes) => {
  let role: TestAdministrator;
  let backend: ServiceBackend;
  let environment: Subject['environment'];
  const attackers = new Instance();
  let attacker: Credentials;

  beforeAll(async () => {
    role = await administrator(attributes);
    ({ backend, environment } = postgresqlSubject(role));
    await attackers.provision(backend);
    attacker = await attackers.bind(backend);
  });
  afterAll(async () => {
    await attackers.deprovision(backend);
    await backend.close?.();
    await role.drop();
  }, TIMEOUT_MS);

  test('an unbind leaves no session of a login whose workers reconnect all the time', async () => {
    const instance = new Instance();
    await instance.provision(backend);
    for (let round = 0; round < 3; round += 1) {
      const bindingId = randomUUID();
      const credentials = await instance.bind(backend, bindingId);
      const oid = await idOf(credentials.username);
      const workers = reconnecting(credentials, 8);
      await workers.started;
      await instance.unbind(backend, bindingId);
      expect(await asAdministrator(`SELECT pid FROM pg_stat_activity WHERE usesysid = ${oid}`)).toEqual([]);
      await workers.stop();
      expect(await asAdministrator(`SELECT pid FROM pg_stat_activity WHERE usesysid = ${oid}`)).toEqual([]);
    }
    await instance.deprovision(backend);
  }, TIMEOUT_MS);

  test('an unbind ends a login that changes its own password in an open transaction', async () => {
    const instance = new Instance();
    await instance.provision(backend);
    const bindingId = randomUUID();
    const credentials = await instance.bind(backend, bindingId);
    const open = await inTransaction(credentials, `ALTER ROLE ${credentials.username} PASSWORD 'mine'`);
    await instance.unbind(backend, bindingId);
    await expect(open.query('COMMIT')).rejects.toBeInstanceOf(Error);
    await expect(as(withPassword(credentials, 'mine'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await instance.deprovision(backend);
  }, TIMEOUT_MS);

  test.each([
    ['a table', (to: string) => [`CREATE TABLE t (i int)`, `GRANT SELECT ON t TO ${to}`]],
    ['a large object', (to: string) => ['SELECT lo_create(815)', `GRANT ALL ON LARGE OBJECT 815 TO ${to}`]],
    ['default privileges', (to: string) => [`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${to}`]],
    ['a policy', (to: string) => ['CREATE TABLE p (i int)', `CREATE POLICY p ON p TO ${to} USING (true)`]],
    [
      'a grant option of another role',
      (to: string) => [
        'CREATE TABLE o (i int)',
        `GRANT SELECT ON o TO ${attacker.username} WITH GRANT OPTION`,
        'SET ROLE NONE',
        `GRANT SELECT ON o TO ${to}`,
      ],
    ],
    [
      'a column, a function and a schema with grant options',
      (to: string) => [
        'CREATE SCHEMA s',
        'CREATE TABLE s.c (i int)',
        'CREATE FUNCTION s.f(int, text) RETURNS int LANGUAGE sql AS $$SELECT 1$$',
        `GRANT ALL ON SCHEMA s TO ${attacker.username} WITH GRANT OPTION`,
        `GRANT SELECT (i) ON s.c TO ${attacker.username} WITH GRANT OPTION`,
        `GRANT ALL ON FUNCTION s.f(int, text) TO ${attacker.username} WITH GRANT OPTION`,
        'SET ROLE NONE',
        `GRANT USAGE ON SCHEMA s TO ${to}`,
        `GRANT SELECT (i) ON s.c TO ${to}`,
        `GRANT EXECUTE ON FUNCTION s.f(int, text) TO ${to}`,
      ],
    ],
    [
      'a policy and a function in schemas that nobody can use any more',
      (to: string) => [
        'CREATE SCHEMA hidden',
        'CREATE SCHEMA "hid ""types"""',
        'CREATE TYPE "hid ""types""".pair AS (a int, b int)',
        'CREATE TABLE hidden.t (i int)',
        'CREATE FUNCTION hidden.f("hid ""types""".pair[]) RETURNS int LANGUAGE sql AS $$SELECT 1$$',
        `CREATE POLICY p ON hidden.t TO ${to} USING (true)`,
        `GRANT ALL ON SCHEMA hidden, "hid ""types""" TO ${attacker.username}`,
        `GRANT EXECUTE ON FUNCTION hidden.f TO ${attacker.username} WITH GRANT OPTION`,
        'SET ROLE NONE',
        `GRANT EXECUTE ON FUNCTION hidden.f TO ${to}`,
        'RESET ROLE',
        `REVOKE ALL ON SCHEMA hidden, "hid ""types""" FROM ${attacker.username}, CURRENT_USER`,
      ],
    ],
  ])('a stranger who grants %s to the roles of an instance does not keep them', async (_what, statements) => {
    const instance = new Instance();
    await instance.provision(backend);
    const bindingId = randomUUID();
    const victim = await instance.bind(backend, bindingId);
    await as(attacker, ...statements(victim.username));
    await instance.unbind(backend, bindingId);
    expect(await traces(victim.database)).toHaveLength(3);
    const table = `again_${bindingId.slice(0, 8)}`;
    await as(attacker, `CREATE TABLE ${table} (i int)`, `GRANT SELECT ON ${table} TO ${victim.database}`);
    await instance.deprovision(backend);
    expect(await traces(victim.database)).toEqual([]);
  }, TIMEOUT_MS);

  test('a login that owns something where its heir may make nothing does not keep its unbind from ending', async () => {
    const instance = new Instance();
    await instance.provision(backend);
    const bindingId = randomUUID();
    const { username, database, uri } = await instance.bind(backend, bindingId);
    const client = new Client(uri);
    await client.connect();
    await client.query(`CREATE SCHEMA closed; GRANT ALL ON SCHEMA closed, public TO ${username};
      REVOKE ALL ON SCHEMA closed, public FROM CURRENT_USER; SET ROLE NONE;
      CREATE TYPE closed.pair AS (a int, b int); CREATE FUNCTION public.f(closed.pair) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE SCHEMA mine; CREATE FUNCTION mine.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON SCHEMA mine FROM SESSION_USER`);
    await client.end();
    await instance.unbind(backend, bindingId);
    expect(await traces(database)).toHaveLength(3);
    const [rights] = await inDatabase(database, `SELECT has_schema_privilege('${database}', 'closed', 'CREATE') AS create`);
    expect(rights).toEqual({ create: false });
    await instance.deprovision(backend);
  }, TIMEOUT_MS);

  test('a stranger who grants again and again is suspended, and can log in afterwards', async () => {
    const instance = new Instance();
    await instance.provision(backend);
    const victim = await instance.bind(backend);
    await as(attacker, 'CREATE TABLE IF NOT EXISTS bait (i int)');
    const grants = repeating(attacker, `GRANT SELECT ON bait TO ${victim.database}`);
    await grants.started;
    await instance.deprovision(backend);
    await grants.stop();
    expect((await traces(victim.database)).filter((trace) => trace.startsWith('database'))).toEqual([]);
    await backend.catalog({ signal: AbortSignal.timeout(60_000) });
    expect(await traces(victim.database)).toEqual([]);
    await as(attacker, 'SELECT 1');
  }, TIMEOUT_MS);

  test.each([
    ['refers to a role', (victim: Credentials) => `GRANT SELECT ON held TO ${victim.username}`],
    [
      'sets something for the database',
      (victim: Credentials) => `ALTER ROLE ${attacker.username} IN DATABASE ${victim.database} SET work_mem = '4MB'`,
    ],
  ])("a stranger's open transaction that %s is ended and named, and nobody waits for it", async (_what, statement) => {
    const instance = new Instance();
    await instance.provision(backend);
    const victim = await instance.bind(backend);
    await as(attacker, 'CREATE TABLE IF NOT EXISTS held (i int)');
    const open = await inTransaction(attacker, statement(victim));
    await instance.deprovision(backend);
    expect(await traces(victim.database)).toEqual([]);
    await expect(open.query('SELECT 1')).rejects.toBeInstanceOf(Error);
    expect(environment.lines).toContainEqual(
      expect.objectContaining({ fields: { database: attacker.database, role: attacker.username } }),
    );
  }, TIMEOUT_MS);

  test('a full database is entered, and its limit is the same afterwards', async () => {
    const instance = new Instance();
    await instance.provision(backend);
    const bindingId = randomUUID();
    const [leaving, staying] = [await instance.bind(backend, bindingId), await instance.bind(backend)];
    await as(leaving, 'SET ROLE NONE', 'CREATE TABLE mine (i int)');
    await asAdministrator(`ALTER DATABASE ${leaving.database} CONNECTION LIMIT 3`);
    const workers = reconnecting(staying, 6);
    await workers.started;
    await instance.unbind(backend, bindingId);
    await workers.stop();
    await waitUntil(`NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${leaving.database}')`);
    const [found] = await asAdministrator(
      `SELECT datconnlimit AS "limit" FROM pg_database WHERE datname = '${leaving.database}'`,
    );
    expect(found).toEqual({ limit: 3 });
    await as(staying, 'DROP TABLE mine');
    await instance.deprovision(backend);
  }, TIMEOUT_MS);
});

async function idOf(role: string): Promise<number> {
  const [found] = await asAdministrator(`SELECT oid FROM pg_roles WHERE rolname = '${role}'`);
  return Number(found?.['oid']);
}

const withPassword = (credentials: Credentials, password: string): Credentials => {
  const uri = Object.assign(new URL(credentials.uri), { password }).href;
  return { ...credentials, password, uri };
};

/** A session that stays in a transaction until somebody ends it. */
async function inTransaction(credentials: Credentials, statement: string): Promise<Client> {
  const client = new Client(credentials.uri);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SET ROLE NONE');
  await client.query(`BEGIN; ${statement.startsWith('GRANT') ? 'RESET ROLE;' : ''} ${statement}`);
  return client;
}

interface Workers {
  /** Resolves when one of them has had a session. */
  readonly started: Promise<void>;
  stop(): Promise<void>;
}

/** Workers that connect, hold the session while they can, and connect again. */
function reconnecting(credentials: Credentials, count: number): Workers {
  return startWorkers(credentials, count, (client) => client.query('SELECT pg_sleep(1)'));
}

/** One that runs the statement as often as it can. */
function repeating(credentials: Credentials, statement: string): Workers {
  return startWorkers(credentials, 1, async (client) => {
    for (let count = 0; count < 50; count += 1) await client.query(statement);
  });
}

function startWorkers(credentials: Credentials, count: number, work: (client: Client) => Promise<unknown>): Workers {
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const client = new Client(credentials.uri);
      client.on('error', () => undefined);
      try {
        await client.connect();
        resolve();
        await work(client);
      } catch {
        // Ended, or refused: again.
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  };
  const running = Array.from({ length: count }, run);
  return {
    started,
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

test('an instance whose deprovision broke off is said to be that, and its deletion ends it', async () => {
  const { backend } = postgresqlSubject();
  const instance = new Instance();
  await instance.provision(backend);
  const { database } = await instance.bind(backend);
  await asAdministrator(`ALTER DATABASE "${database}" ALLOW_CONNECTIONS false`);
  const halfGone = { code: 'NotFound', description: expect.stringContaining('nothing but its deletion is possible') };
  await expect(instance.bind(backend)).rejects.toMatchObject(halfGone);
  await expect(instance.update(backend, LARGE)).rejects.toMatchObject(halfGone);
  await instance.deprovision(backend);
  expect(await traces(database)).toEqual([]);
  await backend.close?.();
});

test("calls that wait for somebody's locks take no connection from strangers' calls", async () => {
  const { backend, environment } = postgresqlSubject();
  const waiting = await Promise.all(Array.from({ length: 8 }, async () => {
    const instance = new Instance();
    await instance.provision(backend);
    return { instance, login: (await instance.bind(backend, 'held')).username };
  }));
  const { host, port, user, password } = testServer();
  const operator = new Client({ host, port, user, password, database: 'postgres' });
  await operator.connect();
  await operator.query(['BEGIN', ...waiting.map(({ login }) => `COMMENT ON ROLE "${login}" IS 'held'`)].join(';'));
  await operator.query(waiting.map(({ login }) => `ALTER ROLE "${login}" CONNECTION LIMIT 3`).join(';'));
  const unbinds = waiting.map(({ instance }) => instance.unbind(backend, 'held'));
  const stranger = new Instance();
  await stranger.provision(backend);
  await stranger.bind(backend);
  await stranger.deprovision(backend);
  expect(environment.lines).toContainEqual(expect.objectContaining({ message: "a session that is no tenant's blocks a step of the gateway" }));
  await operator.query('ROLLBACK');
  await operator.end();
  await Promise.all(unbinds);
  await Promise.all(waiting.map(({ instance }) => instance.deprovision(backend)));
  await backend.close?.();
}, TIMEOUT_MS);

test('advisory locks of the names the gateway locks, taken wherever a tenant can log in, hold up nobody', async () => {
  const { backend } = postgresqlSubject();
  const [victim, attacker] = [new Instance(), new Instance()];
  for (const instance of [victim, attacker]) await instance.provision(backend);
  const { database } = await victim.bind(backend, 'victim');
  const login = await attacker.bind(backend);
  // PUBLIC may have lost it to a test of dedicated servers.
  await asAdministrator(`GRANT CONNECT ON DATABASE postgres TO ${login.username}`);
  const sessions = await Promise.all(
    [login.database, 'postgres'].map(async (place) => {
      const session = new Client({ host: login.host, port: login.port, user: login.username, password: login.password, database: place });
      session.on('error', () => undefined);
      await session.connect();
      await session.query(`SELECT pg_advisory_lock(hashtextextended('${database}', 0))`);
      return session;
    }),
  );
  await victim.unbind(backend, 'victim');
  await victim.deprovision(backend);
  expect(await traces(database)).toEqual([]);
  await Promise.all(sessions.map((session) => session.end().catch(() => undefined)));
  await attacker.deprovision(backend);
  await backend.close?.();
}, TIMEOUT_MS);
