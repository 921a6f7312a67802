import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { OwnPostgres } from '../support/own-postgres.js';
import { query } from '../support/postgres.js';
import { as, Instance, LARGE, postgresqlSubject, type Credentials, type Subject } from './postgresql-fixture.js';

// 30 connections, 4 of them reserved, 14 for the gateway.
const SERVER = { max_connections: '30', superuser_reserved_connections: '3', reserved_connections: '1' };
const LEFT = 12;

let server: OwnPostgres;
let subject: Subject;

beforeAll(async () => {
  server = await OwnPostgres.start(SERVER);
  subject = dedicated();
  await subject.backend.catalog({ signal: AbortSignal.timeout(60_000) });
});
afterAll(async () => {
  await subject.backend.close?.();
  await server.remove();
});

test('a plan never takes the last connections of the server', async () => {
  const instance = large();
  await instance.provision(subject.backend);
  const login = await instance.bind(subject.backend);
  const taken = await takeAll(login);
  expect(taken).toHaveLength(LEFT);
  const other = large();
  await other.provision(subject.backend);
  expect(await as(await other.bind(subject.backend), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await Promise.all(taken.map((client) => client.end()));
});

test('the operator is told which plan is larger than the server, and what is reserved, with the server', () => {
  const address = `127.0.0.1:${server.port}`;
  expect(subject.environment.lines).toContainEqual(
    expect.objectContaining({ fields: { server: address, plan: 'large', connectionLimit: 100, limitedTo: LEFT } }),
  );
  expect(subject.environment.lines).toContainEqual(expect.objectContaining({ fields: { server: address, reserved: 4, needed: 14 } }));
});

test('databases that earlier releases gave more get what is left', async () => {
  const name = `osb_${randomUUID().replaceAll('-', '').slice(0, 26).replaceAll(/[^0-9a-v]/g, '0')}`;
  await query(server.adminUrl, `CREATE DATABASE ${name} TEMPLATE template0 CONNECTION LIMIT 100`);
  const another = dedicated();
  await another.backend.catalog({ signal: AbortSignal.timeout(60_000) });
  await another.backend.close?.();
  expect(await query(server.adminUrl, `SELECT datconnlimit AS limit FROM pg_database WHERE datname = '${name}'`)).toEqual([{ limit: LEFT }]);
});

describe('a login cannot fill the disk of the server', () => {
  let login: Credentials;
  beforeAll(async () => {
    const instance = new Instance();
    await instance.provision(subject.backend);
    login = await instance.bind(subject.backend);
  });

  test('by its log', async () => {
    const before = await logBytes();
    await as(login, `DO $$ BEGIN FOR i IN 1..20 LOOP RAISE LOG '%', repeat('x', 1000000); END LOOP; END $$`);
    await expect(as(login, `SELECT no_such_column_${'x'.repeat(1_000_000)}`)).rejects.toMatchObject({ code: '42703' });
    expect((await logBytes()) - before).toBeLessThan(10_000);
  });

  test('by the temporary files of a statement', async () => {
    expect(await as(login, 'SHOW temp_file_limit')).toEqual([{ temp_file_limit: '1GB' }]);
  });

  test.each(["SET log_min_messages = 'log'", "SET temp_file_limit = '-1'", "ALTER ROLE CURRENT_USER SET temp_file_limit = '-1'"])(
    'by lifting its limits: %s',
    async (statement) => {
      for (const prelude of ['SELECT 1', 'SET ROLE NONE', 'RESET ALL', 'ALTER ROLE SESSION_USER RESET ALL']) {
        await expect(as(login, 'SET ROLE NONE', prelude, statement)).rejects.toMatchObject({ code: '42501' });
      }
    },
  );
});

function dedicated(): Subject {
  const { port, password } = server;
  return postgresqlSubject({ host: '127.0.0.1', port, user: 'postgres', password, dedicated: true });
}

function large(): Instance {
  const instance = new Instance();
  instance.planId = LARGE;
  return instance;
}

/** Logs in until the server lets nobody of this login in. */
async function takeAll({ uri }: Credentials): Promise<Client[]> {
  const taken: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: uri });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      return taken;
    }
    taken.push(client);
  }
}

async function logBytes(): Promise<number> {
  return (await stat(join(server.dataDir, 'server.log'))).size;
}
