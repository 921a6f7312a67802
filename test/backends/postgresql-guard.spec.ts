import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { GUARD_LIMITS, LoginSuspensions, ServerGuard, type GuardLimits } from '#backends/postgresql';
import { testEnvironment, type TestEnvironment } from '#sdk/testing';
import { until } from '../e2e/eventually.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { query } from '../support/postgres.js';
import { as, Instance, postgresqlSubject, type Credentials, type Subject } from './postgresql-fixture.js';

/** For what a server is asked that is hard to reach. */
const CATALOG_MS = 60_000;
const FILL_LOCK_TABLE = 'SELECT count(pg_advisory_lock(i)) FROM generate_series(1, 1000000) i';

let server: OwnPostgres;
let subject: Subject;
const [hostile, other] = [new Instance(), new Instance()];
let attacker: Credentials;
let accomplice: Credentials;
const clients: Client[] = [];
const guards: ServerGuard[] = [];

beforeAll(async () => {
  server = await OwnPostgres.start({ max_notify_queue_pages: '64' });
  subject = postgresqlSubject({ ...connection(), dedicated: true });
  await subject.backend.catalog({ signal: AbortSignal.timeout(CATALOG_MS) });
  await hostile.provision(subject.backend);
  await other.provision(subject.backend);
});
// Logins of their own for each test: those that are ended again and again are kept out.
beforeEach(async () => {
  attacker = await boundOnceThereIsRoom();
  accomplice = await boundOnceThereIsRoom();
});
afterEach(async () => {
  await Promise.all(guards.splice(0).map((each) => each.close()));
  await Promise.all(clients.splice(0).map((client) => client.end()));
});
afterAll(async () => {
  await subject.backend.close?.();
  await server.remove();
});

describe('a login that fills the lock table', () => {
  test('is ended and named, and other tenants are served again', async () => {
    await guarded();
    const session = await login(attacker);
    await expect(session.client.query(FILL_LOCK_TABLE)).rejects.toBeDefined();
    await session.ended;
    await until(() => served(new Instance()));
    const bound = await other.bind(subject.backend);
    expect(await as(bound, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(warningsOf(subject.environment, attacker)).toContainEqual(expect.stringMatching(/locks of the \d+ the server has room for/));
  });

  test('is ended although another session has taken the fast path from everybody, and the caches of all', async () => {
    await guarded();
    const tables = await login(accomplice);
    await tables.client.query(forEach(1_500, 'CREATE TABLE strong_%s ()', 'COMMIT'));
    await tables.client.query('BEGIN');
    await tables.client.query(forEach(1_500, 'LOCK TABLE strong_%s IN ACCESS EXCLUSIVE MODE'));
    const caches = await login(accomplice);
    await caches.client.query(forEach(300, 'CREATE TABLE brief_%1$s (i int PRIMARY KEY, t text); DROP TABLE brief_%1$s', 'COMMIT'));
    const session = await login(attacker);
    await expect(session.client.query(FILL_LOCK_TABLE)).rejects.toBeDefined();
    await session.ended;
    expect(await until(() => served(new Instance()))).toBe(true);
  });

  test('leaves alone who holds few locks', async () => {
    const { environment } = guard();
    await guarded();
    const innocent = await login(await other.bind(subject.backend));
    await innocent.client.query('SELECT count(pg_advisory_lock(i)) FROM generate_series(1, 100) i');
    const session = await login(attacker);
    await expect(session.client.query(FILL_LOCK_TABLE)).rejects.toBeDefined();
    await session.ended;
    await expect(innocent.client.query('SELECT 1')).resolves.toBeDefined();
    expect(JSON.stringify(environment.lines)).not.toContain(innocent.client.user);
  });
});

test('a login that fills the lock table again and again is kept out, and its instance can get another', async () => {
  await guarded();
  const stubborn = new Instance();
  await stubborn.provision(subject.backend);
  const again = await stubborn.bind(subject.backend);
  const isOut = async (): Promise<boolean> => {
    const session = await login(again).catch(() => undefined);
    await session?.client.query(FILL_LOCK_TABLE).catch(() => undefined);
    await session?.ended;
    return as(again, 'SELECT 1').then(
      () => false,
      (error: { code?: string; message: string }) => error.code === '53300' && error.message.includes('for role'),
    );
  };
  expect(await until(isOut)).toBe(true);
  expect(subject.environment.lines).toContainEqual(
    expect.objectContaining({ fields: expect.objectContaining({ login: again.username, seconds: 300 }) }),
  );
  expect(await as(await stubborn.bind(subject.backend), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a suspension that a gateway left behind is lifted by whichever comes next', async () => {
  const { username } = await other.bind(subject.backend);
  await query(server.adminUrl, `ALTER ROLE ${username} CONNECTION LIMIT 0`);
  const suspensions = new LoginSuspensions(connection(), 0);
  const limit = async (): Promise<number | undefined> => {
    suspensions.apply();
    await suspensions.settled();
    const rows = await query<{ limit: number }>(server.adminUrl, `SELECT rolconnlimit AS limit FROM pg_roles WHERE rolname = '${username}'`);
    return rows[0]?.limit;
  };
  expect(await until(async () => (await limit()) === 20)).toBe(true);
});

describe('a transaction that is too old', () => {
  test.each([
    ['idle', { maxIdleInTransactionMs: 50 }, 'a transaction of 0 s, idle'],
    ['at work', { maxTransactionMs: 50 }, 'a transaction of 0 s'],
    ['with an old snapshot', { maxTransactionAge: 0 }, 'transactions old'],
  ])('%s is ended and named', async (_what, limits, reason) => {
    const session = await login(attacker);
    await session.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
    await query(server.adminUrl, 'SELECT pg_current_xact_id()');
    const { environment } = guard(limits);
    await session.ended;
    expect(await until(() => warningsOf(environment, attacker).some((each) => each.includes(reason)))).toBe(true);
  });

  test('of the administrator is left alone', async () => {
    const administrator = await connect({ connectionString: server.adminUrl });
    await administrator.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
    const session = await login(attacker);
    await session.client.query('BEGIN; SELECT count(*) FROM pg_class');
    guard({ maxIdleInTransactionMs: 50, maxTransactionMs: 50, maxTransactionAge: 0 });
    await session.ended;
    await expect(administrator.client.query('SELECT 1')).resolves.toBeDefined();
  });
});

test('a listener that keeps the NOTIFY queue full is ended, and everybody can notify again', async () => {
  const listener = await login(attacker);
  await listener.client.query('LISTEN flood');
  await listener.client.query('BEGIN; SELECT 1');
  let isEnded = false;
  void listener.ended.then(() => (isEnded = true));
  const notifier = await connect({ connectionString: attacker.uri });
  const notify = (): Promise<boolean> =>
    notifier.client.query(forEach(1_000, "NOTIFY flood, '%s" + 'x'.repeat(100) + "'")).then(() => true, () => false);
  await until(async () => {
    await notify();
    return isEnded;
  });
  expect(await until(notify)).toBe(true);
  expect(warningsOf(subject.environment, attacker)).toContainEqual(expect.stringContaining('NOTIFY queue'));
});

describe('the guard itself', () => {
  test('holds back no vacuum', async () => {
    await guarded();
    expect(await until(async () => {
      const rows = await guardSessions();
      return rows.length > 0 && rows.every(({ backend_xmin: xmin, backend_xid: xid }) => xmin === null && xid === null);
    })).toBe(true);
  });

  test('comes back when its connection was ended', async () => {
    await guarded();
    const before = (await guardSessions()).map(({ pid }) => pid);
    await query(server.adminUrl, 'SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid', [before]);
    expect(await until(async () => (await guardSessions()).some(({ pid }) => !before.includes(pid)))).toBe(true);
  });

  test('makes way for an operator who wants a system catalog for himself', async () => {
    await guarded();
    expect(await query(server.adminUrl, 'VACUUM FULL pg_catalog.pg_authid')).toEqual([]);
  });

  test('is gone when its backend is closed', async () => {
    const another = postgresqlSubject({ ...connection(), dedicated: true });
    await another.backend.catalog({ signal: AbortSignal.timeout(CATALOG_MS) });
    await until(async () => (await guardSessions()).length >= 2);
    await another.backend.close?.();
    expect(await until(async () => (await guardSessions()).length === 1)).toBe(true);
  });
});

function connection(): { host: string; port: number; user: string; password: string } {
  return { host: '127.0.0.1', port: server.port, user: 'postgres', password: server.password };
}

/** A guard with other limits beside the backend's own. */
function guard(limits: Partial<GuardLimits> = {}): { environment: TestEnvironment } {
  const environment = testEnvironment('postgresql');
  const made = new ServerGuard(connection(), environment.log, { ...GUARD_LIMITS, ...limits, roundMs: 50 });
  guards.push(made);
  made.start();
  return { environment };
}

async function guarded(): Promise<void> {
  await until(async () => (await guardSessions()).some(({ state }) => state === 'idle in transaction'));
}

interface GuardSession {
  readonly pid: number;
  readonly state: string;
  readonly backend_xmin: string | null;
  readonly backend_xid: string | null;
}

function guardSessions(): Promise<GuardSession[]> {
  return query<GuardSession>(
    server.adminUrl,
    "SELECT pid, state, backend_xmin, backend_xid FROM pg_stat_activity WHERE application_name = 'osb-gateway guard'",
  );
}

interface TestSession {
  readonly client: Client;
  readonly ended: Promise<void>;
}

const login = ({ uri }: Credentials): Promise<TestSession> => connect({ connectionString: uri });

async function connect(config: { connectionString: string }): Promise<TestSession> {
  const client = new Client(config);
  const ended = new Promise<void>((resolve) => void client.once('end', resolve));
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return { client, ended };
}

/** True when an instance could be made and bound, and its login works. */
async function served(instance: Instance): Promise<boolean> {
  try {
    await instance.provision(subject.backend);
    await as(await instance.bind(subject.backend), 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}

/** A full lock table may still be on its way to be empty. */
async function boundOnceThereIsRoom(): Promise<Credentials> {
  const bindingId = randomUUID();
  let bound: Credentials | undefined;
  await until(async () => {
    bound = await hostile.bind(subject.backend, bindingId).catch(() => undefined);
    return bound !== undefined;
  });
  if (bound === undefined) throw new Error('there is no binding');
  return bound;
}

function warningsOf({ lines }: TestEnvironment, { username }: Credentials): string[] {
  return lines.filter(({ fields }) => fields?.['login'] === username).map(({ fields }) => String(fields?.['reason']));
}

function forEach(count: number, statement: string, after = ''): string {
  const text = statement.replaceAll("'", "''");
  return `DO $$ BEGIN FOR i IN 1..${count} LOOP EXECUTE format('${text}', i); ${after && `IF i % 100 = 0 THEN ${after}; END IF;`} END LOOP; END $$`;
}
