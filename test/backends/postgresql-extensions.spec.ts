import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import {
  administrator,
  as,
  asAdministrator,
  Instance,
  inDatabase,
  postgresqlSubject,
  traces,
  type Credentials,
  type TestAdministrator,
} from './postgresql-fixture.js';

const common = { description: 'With extensions', connectionLimit: 10 };
/** Whoever may create a database may create these in it. */
const trusted = { ...common, id: 'trusted', name: 'trusted', extensions: ['cube', 'pgcrypto'] };
/** Needs a superuser, and brings cube along. */
const maps = { ...common, id: 'maps', name: 'maps', extensions: ['earthdistance', 'pgcrypto'] };

const newInstance = (planId: string): Instance => Object.assign(new Instance(), { planId });

const schemas = async (database: string): Promise<unknown[]> => {
  const sql = `SELECT extname || ' in ' || nspname AS place FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
    WHERE extname <> 'plpgsql' ORDER BY extname`;
  return (await inDatabase(database, sql)).map(({ place }) => place);
};

const IN_EXTENSIONS = ['cube in extensions', 'earthdistance in extensions', 'pgcrypto in extensions'];
const IN_PUBLIC = ['cube in public', 'earthdistance in public', 'pgcrypto in public'];

describe.each(['SUPERUSER', 'CREATEDB CREATEROLE'])('extensions made by a role with %s', (attributes) => {
  let role: TestAdministrator;
  let backend: ReturnType<typeof postgresqlSubject>['backend'];
  const instance = newInstance(trusted.id);
  let writer: Credentials;
  let reader: Credentials;

  beforeAll(async () => {
    role = await administrator(attributes);
    ({ backend } = postgresqlSubject(role, { plans: [trusted] }));
    await instance.provision(backend);
    writer = await instance.bind(backend);
    reader = await instance.bind(backend, randomUUID(), { role: 'readonly' });
  });
  afterAll(async () => {
    await instance.deprovision(backend);
    await backend.close?.();
    await role.drop();
  });

  test('are in a schema that every binding finds without naming it', async () => {
    expect(await schemas(writer.database)).toEqual(['cube in extensions', 'pgcrypto in extensions']);
    for (const login of [writer, reader]) {
      await as(login, "SELECT crypt('secret', gen_salt('bf', 4)), cube(1, 2)");
    }
  });

  test.each([
    'DROP EXTENSION pgcrypto',
    'DROP SCHEMA extensions CASCADE',
    'ALTER SCHEMA extensions RENAME TO mine',
    'ALTER EXTENSION pgcrypto SET SCHEMA public',
    'ALTER EXTENSION pgcrypto UPDATE',
    'DROP FUNCTION extensions.gen_salt(text)',
    'CREATE FUNCTION extensions.f() RETURNS int RETURN 1',
    "ALTER DATABASE SELF SET search_path TO public",
  ])('cannot be changed by a binding: %s', async (statement) => {
    for (const login of [writer, reader]) {
      await expect(as(login, statement.replace('SELF', login.database))).rejects.toMatchObject({ code: '42501' });
      await expect(as(login, 'SET ROLE NONE', statement.replace('SELF', login.database))).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('outlive whatever a binding drops', async () => {
    await as(writer, 'DROP OWNED BY CURRENT_USER CASCADE', 'DROP SCHEMA IF EXISTS public CASCADE');
    const next = await instance.bind(backend);
    expect(await schemas(next.database)).toEqual(['cube in extensions', 'pgcrypto in extensions']);
    await as(next, "CREATE TABLE places (at cube, secret text DEFAULT gen_salt('bf', 4))", 'DROP TABLE places');
  });
});

describe('a database of release 0.1.0, with its extensions in the schema public', () => {
  const { backend, environment } = postgresqlSubject({}, { plans: [maps] });
  let instance: Instance;
  let writer: Credentials;

  beforeEach(async () => {
    instance = newInstance(maps.id);
    await instance.provision(backend);
    writer = await instance.bind(backend);
    await inDatabase(
      writer.database,
      'DROP SCHEMA extensions CASCADE',
      `ALTER DATABASE ${writer.database} RESET search_path`,
      ...maps.extensions.map((name) => `CREATE EXTENSION ${name} WITH SCHEMA public CASCADE`),
    );
  });
  afterEach(() => instance.deprovision(backend));
  afterAll(() => backend.close?.());

  test('has them moved by the next bind, and what uses them goes on working', async () => {
    await as(writer, "CREATE TABLE t (at earth, salt text DEFAULT gen_salt('bf', 4))", 'INSERT INTO t DEFAULT VALUES');
    const next = await instance.bind(backend);
    expect(await schemas(writer.database)).toEqual(IN_EXTENSIONS);
    expect(await as(next, 'INSERT INTO t DEFAULT VALUES', "SELECT gen_salt('bf', 4) = '' AS empty FROM t")).toEqual([
      { empty: false },
      { empty: false },
    ]);
    await as(writer, 'DROP SCHEMA public CASCADE');
    expect(await schemas(writer.database)).toEqual(IN_EXTENSIONS);
  });

  test('keeps them while a session is open that would no longer find them', async () => {
    const pooled = new Client(writer.uri);
    await pooled.connect();
    await instance.bind(backend);
    await pooled.query("SELECT gen_salt('bf', 4)");
    expect(await schemas(writer.database)).toEqual(IN_PUBLIC);
    const reasons = environment.lines.flatMap(({ fields }) => fields?.['reasons'] ?? []);
    expect(reasons).toContain('1 session opened before "extensions" was on the search path');
    // Sessions that began since the schema came onto the search path are no obstacle.
    const later = new Client(writer.uri);
    await later.connect();
    await pooled.end();
    await ended(writer.username, 1);
    await instance.bind(backend);
    expect(await schemas(writer.database)).toEqual(IN_EXTENSIONS);
    await later.query("SELECT gen_salt('bf', 4)");
    await later.end();
  });

  test.each([
    ['a tenant has a schema of that name', () => as(writer, 'CREATE SCHEMA extensions'), 'belongs to a tenant'],
    [
      'an operator has set a search path',
      () => asAdministrator(`ALTER DATABASE ${writer.database} SET search_path TO public`),
      'has a search path of its own',
    ],
  ])('keeps them where %s, and the operator is told', async (_what, obstacle, reason) => {
    await obstacle();
    await instance.bind(backend);
    expect(await schemas(writer.database)).toEqual(IN_PUBLIC);
    const told = environment.lines.filter(({ fields }) => fields?.['database'] === writer.database);
    expect(JSON.stringify(told)).toContain(reason);
  });

  test('keeps those a tenant made itself', async () => {
    await as(writer, 'CREATE EXTENSION hstore');
    await instance.bind(backend);
    expect(await schemas(writer.database)).toEqual([...IN_EXTENSIONS.slice(0, 2), 'hstore in public', ...IN_EXTENSIONS.slice(2)]);
  });
});

describe('extension scripts never run where somebody may have put objects in their way', () => {
  const { backend } = postgresqlSubject({}, { plans: [maps] });
  afterAll(() => backend.close?.());

  test('a database that is not finished has no bindings', async () => {
    const instance = newInstance(maps.id);
    await instance.provision(backend);
    const { database } = await instance.bind(backend);
    await asAdministrator(`COMMENT ON DATABASE ${database} IS NULL`);
    await expect(instance.bind(backend)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(instance.provision(backend)).rejects.toMatchObject({ code: 'Conflict' });
    await instance.deprovision(backend);
    expect(await traces(database)).toEqual([]);
  });

  test('a bind restores no extension that was dropped', async () => {
    const instance = newInstance(maps.id);
    await instance.provision(backend);
    const { database } = await instance.bind(backend);
    await inDatabase(database, 'DROP EXTENSION pgcrypto');
    await instance.bind(backend);
    expect(await schemas(database)).toEqual(IN_EXTENSIONS.slice(0, 2));
    await instance.deprovision(backend);
  });
});

async function ended(username: string, sessions: number): Promise<void> {
  await asAdministrator(`DO $$ BEGIN
    WHILE (SELECT count(*) FROM pg_stat_activity WHERE usename = '${username}') > ${sessions}
    LOOP PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$`);
}
