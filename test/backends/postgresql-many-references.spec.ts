import { Client } from 'pg';
import { OwnPostgres } from '../support/own-postgres.js';
import { query } from '../support/postgres.js';
import { as, Instance, into, postgresqlSubject, type Credentials, type Subject } from './postgresql-fixture.js';

const TIMEOUT_MS = 180_000;
/** The lock table has room for 1,000, and a reserve. */
const SMALL_LOCK_TABLE = { max_locks_per_transaction: '10' };
/** More than one transaction can lock on such a server. */
const MANY = 2_000;

let server: OwnPostgres;
let subject: Subject;
const attackers = new Instance();
let attacker: Credentials;
const clients: Client[] = [];

beforeAll(async () => {
  server = await OwnPostgres.start(SMALL_LOCK_TABLE);
  subject = newSubject();
  await subject.backend.catalog({ signal: AbortSignal.timeout(TIMEOUT_MS) });
  await attackers.provision(subject.backend);
  attacker = await attackers.bind(subject.backend);
}, TIMEOUT_MS);
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
});
afterAll(async () => {
  await subject.backend.close?.();
  await server.remove();
}, TIMEOUT_MS);

test.each([
  ['policies', (to: string) => ['CREATE TABLE p%1$s ()', `CREATE POLICY p ON p%1$s TO ${to}`]],
  ['policies for others, too,', (to: string) => ['CREATE TABLE o%1$s ()', `CREATE POLICY p ON o%1$s TO ${to}, CURRENT_USER`]],
  ['grants', (to: string) => ['CREATE TABLE g%1$s ()', `GRANT ALL ON g%1$s TO ${to}`]],
  [
    'policies in schemas that nobody can use',
    (to: string) => [
      'CREATE SCHEMA h%1$s',
      'CREATE TABLE h%1$s.p ()',
      `CREATE POLICY p ON h%1$s.p TO ${to}`,
      'REVOKE ALL ON SCHEMA h%1$s FROM CURRENT_USER',
    ],
  ],
  ['default privileges', (to: string) => ['CREATE SCHEMA d%1$s', `ALTER DEFAULT PRIVILEGES IN SCHEMA d%1$s GRANT SELECT ON TABLES TO ${to}`]],
  ['grants of large objects', (to: string) => ['SELECT lo_create(%1$s)', `GRANT SELECT ON LARGE OBJECT %1$s TO ${to}`]],
])('thousands of %s do not make the gateway fill the lock table when it removes their role', async (_what, statements) => {
  const victims = new Instance();
  await victims.provision(subject.backend);
  const victim = await victims.bind(subject.backend, 'victim');
  await as(attacker, forEach(MANY, ...statements(victim.username)));
  const stranger = new Instance();
  const [, strangers] = await Promise.all([
    victims.unbind(subject.backend, 'victim'),
    stranger.provision(subject.backend).then(() => stranger.bind(subject.backend)),
  ]);
  expect(await as(strangers, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await rolesLike(victim.username)).toEqual([]);
  expect(JSON.stringify(subject.environment.lines)).not.toContain('53200');
  await victims.deprovision(subject.backend);
}, TIMEOUT_MS);

test('thousands of tables, functions and large objects a login owns pass to its instance when it is unbound', async () => {
  const instance = new Instance();
  await instance.provision(subject.backend);
  const login = await instance.bind(subject.backend, 'maker');
  await as(
    login,
    'SET ROLE NONE',
    forEach(MANY / 2, 'CREATE TABLE made%1$s (i serial PRIMARY KEY)', 'SELECT lo_create(%1$s)'),
    forEach(MANY / 2, 'CREATE FUNCTION made%1$s(int, text) RETURNS int LANGUAGE sql AS $f$SELECT 1$f$'),
    'CREATE SCHEMA "Own ""schema"',
    'CREATE TYPE "Own ""schema".pair AS (a int, b int)',
    'CREATE VIEW "Own ""schema".seen AS SELECT * FROM made1',
    'CREATE AGGREGATE "Own ""schema".total(int) (SFUNC = int4pl, STYPE = int)',
    'CREATE OPERATOR "Own ""schema".### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)',
  );
  await instance.unbind(subject.backend, 'maker');
  expect(await rolesLike(login.username)).toEqual([]);
  const next = await instance.bind(subject.backend, 'next');
  expect(await as(next, `SELECT relowner::regrole::text AS owner, count(*)::int FROM pg_class WHERE relname ~ '^made' AND relkind = 'r' GROUP BY 1`)).toEqual([
    { owner: login.database, count: MANY / 2 },
  ]);
  await as(next, 'DROP SCHEMA "Own ""schema" CASCADE', 'SELECT lo_unlink(1)', 'DROP FUNCTION made1(int, text)');
  await instance.deprovision(subject.backend);
}, TIMEOUT_MS);

test('thousands of default privileges a login gave in single schemas go with it when it is unbound', async () => {
  const instance = new Instance();
  await instance.provision(subject.backend);
  const login = await instance.bind(subject.backend, 'maker');
  await as(
    login,
    forEach(MANY, 'CREATE SCHEMA s%1$s'),
    'SET ROLE NONE',
    forEach(MANY, 'ALTER DEFAULT PRIVILEGES IN SCHEMA s%1$s GRANT SELECT ON TABLES TO PUBLIC'),
  );
  await instance.unbind(subject.backend, 'maker');
  expect(await rolesLike(login.username)).toEqual([]);
  expect(JSON.stringify(subject.environment.lines)).not.toContain('53200');
  await instance.deprovision(subject.backend);
}, TIMEOUT_MS);

test('an instance with more logins than can be locked at once goes with all of them', async () => {
  const instance = new Instance();
  await instance.provision(subject.backend);
  const { database } = await instance.bind(subject.backend);
  await query(server.adminUrl, forEach(MANY, `CREATE ROLE ${database}_n%1$s LOGIN`));
  await instance.deprovision(subject.backend);
  expect(await query(server.adminUrl, `SELECT rolname FROM pg_roles WHERE starts_with(rolname, '${database}')`)).toEqual([]);
  expect(JSON.stringify(subject.environment.lines)).not.toContain('53200');
}, TIMEOUT_MS);

test('a table with more indexes than can be locked is named, and the unbind ends once it is dropped', async () => {
  const instance = new Instance();
  await instance.provision(subject.backend);
  const login = await instance.bind(subject.backend, 'maker');
  await as(login, 'SET ROLE NONE', 'CREATE TABLE wide (i int)', forEach(400, 'CREATE INDEX ON wide (i)'));
  await expect(instance.unbind(subject.backend, 'maker')).rejects.toMatchObject({
    code: 'BackendFailed',
    description: expect.stringContaining('a table with hundreds of indexes') as string,
  });
  await expect(as(login, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  await query(server.adminUrl.replace(/postgres$/, login.database), 'DROP TABLE wide');
  await instance.unbind(subject.backend, 'maker');
  expect(await rolesLike(login.username)).toEqual([]);
  await instance.deprovision(subject.backend);
}, TIMEOUT_MS);

test('a table with hundreds of serial columns is counted as the locks it takes', async () => {
  const instance = new Instance();
  await instance.provision(subject.backend);
  const login = await instance.bind(subject.backend, 'maker');
  await as(login, 'SET ROLE NONE', 'CREATE TABLE wide ()', forEach(300, 'ALTER TABLE wide ADD COLUMN c%1$s serial'));
  await expect(instance.unbind(subject.backend, 'maker')).rejects.toMatchObject({ code: 'BackendFailed' });
  await query(server.adminUrl.replace(/postgres$/, login.database), 'DROP TABLE wide');
  await instance.unbind(subject.backend, 'maker');
  await instance.deprovision(subject.backend);
}, TIMEOUT_MS);

test('what a login made in a database open to all goes with what others built on it, and not more than can be locked', async () => {
  await openToAll();
  const instance = new Instance();
  await instance.provision(subject.backend);
  const login = await instance.bind(subject.backend, 'maker');
  await into('postgres', login, 'CREATE TABLE open.base (i int)', 'GRANT SELECT ON open.base TO PUBLIC', ...tables(30));
  await into('postgres', attacker, 'CREATE VIEW open.v0 AS SELECT * FROM open.base', views(100));
  await expect(instance.unbind(subject.backend, 'maker')).rejects.toMatchObject({ code: 'BackendFailed' });
  expect(await query(server.adminUrl, `SELECT count(*)::int FROM pg_class WHERE relowner = '${login.username}'::regrole`)).toEqual([{ count: 1 }]);
  await into('postgres', attacker, 'DROP VIEW open.v80 CASCADE', 'DROP VIEW open.v60 CASCADE');
  await instance.unbind(subject.backend, 'maker');
  expect(await rolesLike(login.username)).toEqual([]);
  expect(await query(server.adminUrl, "SELECT FROM pg_views WHERE schemaname = 'open'")).toEqual([]);
  await instance.deprovision(subject.backend);
}, TIMEOUT_MS);

test('nobody is suspended for what another one does again and again in a database that is open to all', async () => {
  await openToAll();
  const [victims, strangers] = [new Instance(), new Instance()];
  for (const each of [victims, strangers]) await each.provision(subject.backend);
  const victim = await victims.bind(subject.backend);
  const stranger = await connected(await strangers.bind(subject.backend), 'postgres');
  await into('postgres', attacker, 'CREATE TABLE open.bait ()');
  const stop = new AbortController();
  const granting = again(stop.signal, () => into('postgres', attacker, ...Array<string>(50).fill(`GRANT SELECT ON open.bait TO ${victim.database}`)));
  await granting.begun;
  await victims.deprovision(subject.backend);
  stop.abort();
  await granting.ended;
  await expect(stranger.query('SELECT 1')).resolves.toBeDefined();
  const told = subject.environment.lines.filter(({ message }) => message.includes('are suspended until it is'));
  // Whether the grants come between two looks is up to the machine.
  for (const { fields } of told) expect(fields?.['databases']).toEqual([attacker.database]);
}, TIMEOUT_MS);

test('a login that an unbind of another gateway turns off is not turned on again with those that were suspended', async () => {
  const { victim, oid } = await suspended("now() - interval '1 second'");
  const other = await owner();
  await other.query(`BEGIN; ALTER ROLE ${victim.username} PASSWORD NULL; DELETE FROM suspended_login WHERE role = ${oid}`);
  const fresh = newSubject();
  const repaired = fresh.backend.catalog({ signal: AbortSignal.timeout(TIMEOUT_MS) });
  await other.query(`DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock') LOOP
    PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$`);
  await other.query('COMMIT');
  await repaired;
  expect(await query(server.adminUrl, `SELECT rolcanlogin FROM pg_roles WHERE oid = ${oid}`)).toEqual([{ rolcanlogin: false }]);
  await fresh.backend.close?.();
}, TIMEOUT_MS);

test('logins that a killed gateway left suspended can log in again with the next one', async () => {
  const { victim } = await suspended("now() - interval '1 second'");
  await expect(as(victim, 'SELECT 1')).rejects.toMatchObject({ code: '28000' });
  const fresh = newSubject();
  await fresh.backend.catalog({ signal: AbortSignal.timeout(TIMEOUT_MS) });
  expect(await as(victim, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await fresh.backend.close?.();
}, TIMEOUT_MS);

const tables = (count: number): string[] => Array.from({ length: count }, (_, i) => `CREATE TABLE open.t${i} ()`);

/** Each over the one before. */
const views = (count: number): string =>
  `DO $$ BEGIN FOR i IN 1..${count} LOOP EXECUTE format('CREATE VIEW open.v%s AS SELECT * FROM open.v%s', i, i - 1); COMMIT; END LOOP; END $$`;

async function openToAll(): Promise<void> {
  await query(server.adminUrl, 'CREATE SCHEMA IF NOT EXISTS open');
  await query(server.adminUrl, 'GRANT ALL ON SCHEMA open TO PUBLIC');
}

test('a role that could not be dropped is named to operators until a later call collects it', async () => {
  const instance = new Instance();
  await instance.provision(subject.backend);
  const { username } = await instance.bind(subject.backend);
  const [{ oid } = { oid: 0 }] = await query<{ oid: number }>(server.adminUrl, `SELECT oid FROM pg_roles WHERE rolname = '${username}'`);
  const client = await owner();
  await client.query(`ALTER ROLE ${username} NOLOGIN; INSERT INTO removed_role VALUES (${oid}, '${username}')`);
  await query(server.adminUrl, 'CREATE TABLE open.kept ()');
  await query(server.adminUrl, `ALTER TABLE open.kept OWNER TO ${username}`);
  const holder = await opened(new Client(server.adminUrl));
  await holder.query('BEGIN; LOCK TABLE open.kept');
  const fresh = newSubject();
  await fresh.backend.catalog({ signal: AbortSignal.timeout(TIMEOUT_MS) });
  expect(fresh.environment.lines).toContainEqual(expect.objectContaining({ fields: expect.objectContaining({ role: username }) as object }));
  expect(await rolesLike(username)).toHaveLength(1);
  await holder.query('ROLLBACK');
  await fresh.backend.catalog({ signal: AbortSignal.timeout(TIMEOUT_MS) });
  expect(await rolesLike(username)).toEqual([]);
  expect(fresh.environment.lines).toContainEqual(
    expect.objectContaining({ message: 'roles that were removed wait to be dropped', fields: { roles: 1 } }),
  );
  await fresh.backend.close?.();
}, TIMEOUT_MS);

/** A login in the state a gateway leaves that dies before it resumes it. */
async function suspended(until: string): Promise<{ victim: Credentials; oid: number }> {
  const instance = new Instance();
  await instance.provision(subject.backend);
  const victim = await instance.bind(subject.backend);
  const client = await owner();
  const { rows } = await client.query<{ oid: number }>('SELECT oid FROM pg_roles WHERE rolname = $1', [victim.username]);
  const oid = rows[0]?.oid ?? 0;
  await client.query(`ALTER ROLE ${victim.username} NOLOGIN; INSERT INTO suspended_login VALUES (${oid}, '${victim.username}', ${until})`);
  return { victim, oid };
}

/** The administrator, in the gateway's own database. */
async function owner(): Promise<Client> {
  const [own] = await query<{ datname: string }>(server.adminUrl, "SELECT datname FROM pg_database WHERE datname LIKE 'osbgateway%'");
  return opened(new Client(server.adminUrl.replace(/postgres$/, own?.datname ?? '')));
}

function connected({ host, port, username, password }: Credentials, database: string): Promise<Client> {
  return opened(new Client({ host, port, user: username, password, database }));
}

async function opened(client: Client): Promise<Client> {
  clients.push(client);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function newSubject(): Subject {
  return postgresqlSubject({ host: '127.0.0.1', port: server.port, user: 'postgres', password: server.password });
}

async function rolesLike(name: string): Promise<unknown[]> {
  return query(server.adminUrl, `SELECT rolname FROM pg_roles WHERE rolname = '${name}'`);
}

/** Runs `step` until the signal, whatever becomes of it. */
function again(signal: AbortSignal, step: () => Promise<unknown>): { begun: Promise<void>; ended: Promise<void> } {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    while (!signal.aborted) await step().then(() => resolve(), () => undefined);
  };
  return { begun, ended: run() };
}

/** Runs the statements with the numbers from 1 on, in transactions of ten. */
function forEach(count: number, ...statements: string[]): string {
  const run = statements.map((statement) => `EXECUTE format('${statement.replaceAll("'", "''")}', i);`).join(' ');
  return `DO $$ BEGIN FOR i IN 1..${count} LOOP ${run.replaceAll('$f$', "''")} IF i % 10 = 0 THEN COMMIT; END IF; END LOOP; END $$`;
}
