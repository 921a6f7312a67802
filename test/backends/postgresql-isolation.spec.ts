import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import {
  as,
  asAdministrator,
  Instance,
  inDatabase,
  into,
  postgresqlSubject,
  traces,
  type Credentials,
} from './postgresql-fixture.js';

const { backend, environment } = postgresqlSubject({ dedicated: true });
const [mine, theirs] = [new Instance(), new Instance()];
const gatewayDatabase = `test_gateway_${randomUUID().replaceAll('-', '')}`;
let intruder: Credentials;
let reader: Credentials;
let victim: Credentials;
let atWork: Client;
let victimSession: number;

beforeAll(async () => {
  await asAdministrator(
    `CREATE DATABASE ${gatewayDatabase} TEMPLATE template0`,
    `REVOKE CONNECT ON DATABASE ${gatewayDatabase} FROM PUBLIC`,
  );
  await backend.catalog({ signal: AbortSignal.timeout(60_000) });
  await Promise.all([mine.provision(backend), theirs.provision(backend)]);
  intruder = await mine.bind(backend);
  reader = await mine.bind(backend, randomUUID(), { role: 'readonly' });
  victim = await theirs.bind(backend);
  atWork = new Client(victim.uri);
  await atWork.connect();
  const { rows } = await atWork.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  victimSession = rows[0]?.pid ?? 0;
});
afterAll(async () => {
  await atWork.end();
  await Promise.all([mine.deprovision(backend), theirs.deprovision(backend)]);
  await backend.close?.();
  await asAdministrator(`DROP DATABASE ${gatewayDatabase}`);
});

describe('a login of one instance enters no other database', () => {
  test.each([
    ['of another instance', () => victim.database],
    ['of the gateway', () => gatewayDatabase],
    ['postgres, on a dedicated server', () => 'postgres'],
    ['template1, on a dedicated server', () => 'template1'],
  ])('%s', async (_what, database) => {
    for (const credentials of [intruder, reader]) {
      await expect(into(database(), credentials, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('a login has no rights beyond its database', () => {
  const forbidden: readonly (readonly [what: string, statement: () => string])[] = [
    ['create a role', () => 'CREATE ROLE intruder'],
    ['create a database', () => 'CREATE DATABASE intruder'],
    ['drop the database of another instance', () => `DROP DATABASE ${victim.database}`],
    ['act as the owner of another instance', () => `SET ROLE ${victim.database}`],
    ['act as another login', () => `SET ROLE ${victim.username}`],
    ['join the role of another instance', () => `GRANT ${victim.database} TO CURRENT_USER`],
    ['change the password of another login', () => `ALTER ROLE ${victim.username} PASSWORD 'x'`],
    ['lift its own connection limit', () => `ALTER ROLE ${intruder.username} CONNECTION LIMIT 1000`],
    ['lift the limit of its database', () => `ALTER DATABASE ${intruder.database} CONNECTION LIMIT 1000`],
    ['let others into its database', () => `ALTER DATABASE ${intruder.database} OWNER TO ${victim.username}`],
    ['let its owner role log in', () => `ALTER ROLE ${intruder.database} LOGIN`],
    ['become a superuser', () => `ALTER ROLE ${intruder.username} SUPERUSER`],
    ['bypass row security', () => `ALTER ROLE ${intruder.username} BYPASSRLS`],
    ['read a file of the server', () => "SELECT pg_read_file('PG_VERSION')"],
    ['list a folder of the server', () => "SELECT pg_ls_dir('.')"],
    ['load a file of the server', () => "SELECT lo_import('/etc/hostname')"],
    ['copy a file of the server', () => "COPY (SELECT 1) TO '/tmp/intruder'"],
    ['run a program on the server', () => "COPY (SELECT 1) TO PROGRAM 'cat'"],
    ['read password verifiers', () => 'SELECT * FROM pg_authid'],
    ['change the server', () => "ALTER SYSTEM SET log_statement = 'none'"],
    ['create an untrusted extension', () => 'CREATE EXTENSION file_fdw'],
    ['end a session of another login', () => `SELECT pg_terminate_backend(${victimSession})`],
  ];

  test.each(forbidden)('it cannot %s', async (_what, statement) => {
    for (const credentials of [intruder, reader]) {
      for (const prelude of ['SELECT 1', 'SET ROLE NONE']) {
        await expect(as(credentials, prelude, statement())).rejects.toMatchObject({ code: '42501' });
      }
    }
  });

  test('it is held to the connections of its plan', async () => {
    const plans = [{ id: 'narrow', name: 'narrow', description: 'narrow', connectionLimit: 2 }];
    const { backend: narrowed } = postgresqlSubject({}, { plans });
    const narrow = new Instance();
    narrow.planId = 'narrow';
    await narrow.provision(narrowed);
    const credentials = await narrow.bind(narrowed);
    const other = await narrow.bind(narrowed);
    const holders = [new Client(credentials.uri), new Client(credentials.uri)];
    for (const holder of holders) await holder.connect();
    await expect(as(credentials, 'SELECT 1')).rejects.toMatchObject({ code: '53300' });
    await expect(as(other, 'SELECT 1')).rejects.toMatchObject({ code: '53300' });
    for (const holder of holders) await holder.end();
    await narrow.deprovision(narrowed);
    await narrowed.close?.();
  });
});

describe('databases that are open to everybody', () => {
  test('keep no login alive that owns things there: it goes, and those things with it', async () => {
    const open = `test_open_${randomUUID().replaceAll('-', '')}`;
    await asAdministrator(`CREATE DATABASE ${open} TEMPLATE template0`);
    const instance = new Instance();
    await instance.provision(backend);
    const credentials = await instance.bind(backend);
    await into(open, credentials, 'SELECT lo_create(4711)');
    await inDatabase(open, 'CREATE TABLE t (i int)', `GRANT SELECT ON t TO ${credentials.username}`);
    await asAdministrator(`GRANT CONNECT ON DATABASE ${gatewayDatabase} TO ${credentials.username}`);
    await instance.deprovision(backend);
    expect(await traces(credentials.database)).toEqual([]);
    expect(await inDatabase(open, 'SELECT oid FROM pg_largeobject_metadata')).toEqual([]);
    await asAdministrator(`DROP DATABASE ${open}`);
  });

  test('are named to the operator', async () => {
    const open = `test_open_${randomUUID().replaceAll('-', '')}`;
    await asAdministrator(`CREATE DATABASE ${open} TEMPLATE template0`);
    const { backend: another, environment: log } = postgresqlSubject({ dedicated: true });
    await another.catalog({ signal: AbortSignal.timeout(60_000) });
    const named = log.lines.flatMap(({ fields }) => fields?.['databases'] ?? []);
    expect(named).toContain(open);
    expect(named).not.toContain('postgres');
    expect(named).not.toContain(victim.database);
    await another.close?.();
    await asAdministrator(`DROP DATABASE ${open}`);
  });
});

test('no password is ever logged', () => {
  const logged = JSON.stringify(environment.lines);
  for (const { password } of [intruder, reader, victim]) expect(logged).not.toContain(password);
});
