import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import {
  administrator,
  as,
  Instance,
  inDatabase,
  postgresqlSubject,
  type Credentials,
  type Subject,
  type TestAdministrator,
} from './postgresql-fixture.js';

const NARROW = { id: 'narrow', name: 'narrow', description: 'narrow', connectionLimit: 2 };

describe.each(['SUPERUSER', 'CREATEDB CREATEROLE'])('a database administered by a role with %s', (attributes) => {
  let role: TestAdministrator;
  let backend: Subject['backend'];
  let environment: Subject['environment'];
  let instance: Instance;
  let writer: Credentials;
  let reader: Credentials;

  beforeAll(async () => {
    role = await administrator(attributes);
    ({ backend, environment } = postgresqlSubject(role));
  });
  afterAll(async () => {
    await backend.close?.();
    await role.drop();
  });
  beforeEach(async () => {
    instance = new Instance();
    await instance.provision(backend);
    writer = await instance.bind(backend);
    reader = await instance.bind(backend, randomUUID(), { role: 'readonly' });
  });
  afterEach(() => instance.deprovision(backend));

  const damages: readonly (readonly [what: string, damage: () => readonly string[]])[] = [
    ['has dropped all it owns', () => ['DROP OWNED BY CURRENT_USER']],
    ['has dropped the schema public', () => ['DROP SCHEMA public CASCADE']],
    ['has made the schema public anew', () => ['DROP SCHEMA public CASCADE', 'CREATE SCHEMA public']],
    ['has renamed the schema public', () => ['ALTER SCHEMA public RENAME TO other']],
    ['has given the schema public to its login', () => [
      'SET ROLE NONE',
      `ALTER SCHEMA public OWNER TO ${writer.username}`,
      `REVOKE ALL ON SCHEMA public FROM ${writer.database}`,
    ]],
    ['has taken the rights on the schema public', () => [
      `REVOKE ALL ON SCHEMA public FROM ${writer.database}, ${writer.database}_ro`,
    ]],
    ['has taken the default privileges from itself', () => [
      'ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM CURRENT_USER',
      'ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM CURRENT_USER',
      'ALTER DEFAULT PRIVILEGES REVOKE ALL ON ROUTINES FROM CURRENT_USER',
    ]],
    ['has taken the default privileges', () => [
      `ALTER DEFAULT PRIVILEGES REVOKE USAGE ON SCHEMAS FROM ${writer.database}_ro`,
      `ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM ${writer.database}_ro`,
      `ALTER DEFAULT PRIVILEGES REVOKE SELECT ON SEQUENCES FROM ${writer.database}_ro`,
    ]],
  ];

  test.each(damages)('is restored by the next bind after a binding %s', async (_what, damage) => {
    await as(writer, ...damage());
    const next = await instance.bind(backend);
    await as(next, 'CREATE TABLE public.t (i serial)', 'INSERT INTO t DEFAULT VALUES');
    await as(next, 'CREATE SCHEMA s', 'CREATE VIEW s.v AS SELECT i FROM t');
    expect(await as(reader, 'SELECT i FROM t NATURAL JOIN s.v, t_i_seq')).toEqual([{ i: 1 }]);
  });

  test('lets the reader read what was made, or taken from it, before the bind', async () => {
    await as(
      writer,
      'CREATE TABLE taken (i int)',
      `REVOKE SELECT ON taken FROM ${writer.database}_ro`,
      `ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM ${writer.database}_ro`,
      `ALTER DEFAULT PRIVILEGES REVOKE USAGE ON SCHEMAS FROM ${writer.database}_ro`,
      'CREATE SCHEMA "odd "" name"',
      'CREATE TABLE "odd "" name"."t.""; --" (i int)',
      'CREATE MATERIALIZED VIEW view AS SELECT 1 AS i',
      'CREATE TABLE parts (i int) PARTITION BY RANGE (i)',
    );
    // More than one step takes.
    await as(writer, 'DO $$ BEGIN FOR i IN 1..600 LOOP EXECUTE format($s$CREATE TABLE many_%s ()$s$, i); END LOOP; END $$');
    const [before] = await as(reader, HIDDEN);
    expect(before).toEqual({ hidden: 604 });
    await instance.bind(backend);
    expect(await as(reader, HIDDEN)).toEqual([{ hidden: 0 }]);
    await as(reader, 'SELECT * FROM taken, "odd "" name"."t.""; --", view, parts, many_600');
  });

  test('is not changed by a bind where nothing is missing', async () => {
    await as(writer, 'CREATE TABLE t (i serial)');
    const before = await inDatabase(writer.database, VERSIONS);
    await instance.bind(backend);
    expect(await inDatabase(writer.database, VERSIONS)).toEqual(before);
  });

  test('is left for the next bind while a session of its own holds a lock; that session, perhaps a migration, goes on', async () => {
    await as(writer, 'CREATE TABLE held ()', `REVOKE SELECT ON held FROM ${writer.database}_ro`);
    const holder = await connected(writer);
    await holder.query('BEGIN; LOCK TABLE held; GRANT SELECT ON held TO PUBLIC; ALTER TABLE held ADD i int');
    await as(await instance.bind(backend), 'SELECT 1');
    expect(environment.lines).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ database: writer.database, sqlstate: '55P03' }) }),
    );
    await holder.query('ROLLBACK');
    await holder.end();
    await instance.bind(backend);
    await as(reader, 'SELECT * FROM held');
  });
});

async function connected({ uri }: Credentials): Promise<Client> {
  const client = new Client(uri);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** How many relations of others the current login cannot read. */
const HIDDEN = `SELECT count(*)::int AS hidden FROM pg_class
  WHERE relkind IN ('r', 'v', 'm', 'p', 'S') AND NOT has_table_privilege(oid, 'SELECT')
    AND relowner NOT IN (SELECT oid FROM pg_roles WHERE rolsuper)`;

/** The row versions of what a bind may restore. */
const VERSIONS = `SELECT 'schema' AS what, xmin::text FROM pg_namespace WHERE nspname = 'public' UNION ALL
  SELECT 'default', xmin::text FROM pg_default_acl UNION ALL
  SELECT proname, xmin::text FROM pg_proc WHERE proname LIKE 'lo\\_%' UNION ALL
  SELECT relname, xmin::text FROM pg_class WHERE relname LIKE 't%' ORDER BY 1, 2`;

test('a full database gets its bindings, also from an administrator who cannot enter it', async () => {
  const role = await administrator('CREATEDB CREATEROLE');
  const { backend } = postgresqlSubject(role, { plans: [NARROW] });
  const instance = new Instance();
  instance.planId = NARROW.id;
  await instance.provision(backend);
  const credentials = await instance.bind(backend);
  const holders = [await connected(credentials), await connected(credentials)];
  const next = await instance.bind(backend);
  for (const holder of holders) await holder.end().catch(() => undefined);
  expect(await as(next, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await instance.deprovision(backend);
  await backend.close?.();
  await role.drop();
});
