import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describeSchema, migrations } from '#migrations';
import { bringUpToDate, createDatabase, RELEASE, SchemaError, type DataSource } from '#persistence';
import { createDatabase as createTestDatabase, query, type TestDatabase } from '../support/postgres.js';

const PROJECT = resolve(import.meta.dirname, '../..');
const ROLE = `migrator_${process.pid}`;

let empty: TestDatabase;
let open: DataSource[];
beforeEach(async () => {
  empty = await createTestDatabase();
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((each) => each.destroy()));
  await empty.drop();
});

async function connect(url = empty.url): Promise<DataSource> {
  const database = await createDatabase({ url, migrations }).initialize();
  open.push(database);
  return database;
}

const schema = (): Promise<string> => describeSchema((sql) => query(empty.url, sql));

/** The command as it is run, on sources instead of the build. */
async function migrate(env: Record<string, string>): Promise<{ code: number | null; out: string; err: string }> {
  const args = ['--import', join(PROJECT, 'test/support/source-loader.mjs'), join(PROJECT, 'apps/cli/migrate.ts')];
  const child = spawn(process.execPath, args, { cwd: PROJECT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((ended) => child.once('close', ended)),
  ]);
  return { code, out, err };
}

test('several gateways that start at once on an empty database migrate it once', async () => {
  const starting = await Promise.all(Array.from({ length: 4 }, () => connect()));
  const applied = await Promise.all(starting.map((each) => bringUpToDate(each, 'auto')));
  expect(applied.filter(({ length }) => length > 0)).toHaveLength(1);
  expect(await query(empty.url, 'select from schema_migration')).toHaveLength(migrations.length);
});

test('migrating up, down and up again gives the same schema and leaves nothing between', async () => {
  const database = await connect();
  await bringUpToDate(database, 'auto');
  const made = await schema();
  for (const _ of migrations) await database.undoLastMigration();
  expect((await schema()).trim()).toBe('');
  await bringUpToDate(database, 'auto');
  expect(await schema()).toBe(made);
  expect(await bringUpToDate(database, 'auto')).toEqual([]);
});

test('a database that is behind is refused where migrating is left to operators, and not touched', async () => {
  const database = await connect();
  await expect(bringUpToDate(database, 'check')).rejects.toThrow(SchemaError);
  await expect(bringUpToDate(database, 'check')).rejects.toThrow('run "node dist/apps/cli/migrate.js"');
  expect(await query(empty.url, `select from pg_class where relnamespace = 'public'::regnamespace`)).toEqual([]);
  await bringUpToDate(database, 'auto');
  await expect(bringUpToDate(database, 'check')).resolves.toEqual([]);
});

test('a release older than the schema allows refuses to run on it', async () => {
  const database = await connect();
  await bringUpToDate(database, 'auto');
  await query(empty.url, `update schema_marker set oldest_release = '9.0.0'`);
  for (const mode of ['auto', 'check'] as const) {
    await expect(bringUpToDate(database, mode)).rejects.toThrow(`needs at least 9.0.0; this is ${RELEASE}`);
  }
});

test('the release is that of the package', async () => {
  const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as { version: string };
  expect(RELEASE).toBe(version.replace(/-.*$/, ''));
});

describe('a role that does not own the database', () => {
  let url: string;
  beforeEach(async () => {
    await query(empty.url, `create role ${ROLE} login password 'secret'`);
    url = Object.assign(new URL(empty.url), { username: ROLE, password: 'secret' }).href;
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.destroy()));
    await query(empty.url, `drop owned by ${ROLE}`);
    await query(empty.url, `drop role ${ROLE}`);
  });

  test('is told what it lacks when it may not migrate', async () => {
    const refused = bringUpToDate(await connect(url), 'auto');
    await expect(refused).rejects.toThrow(SchemaError);
    await expect(refused).rejects.toThrow(/permission denied for schema public.*let the role that owns the database run "node dist\/apps\/cli\/migrate\.js"/);
  });

  test('is told what it lacks when it may not read', async () => {
    await bringUpToDate(await connect(), 'auto');
    await query(empty.url, `grant connect on database ${empty.name} to ${ROLE}`);
    await expect(bringUpToDate(await connect(url), 'check')).rejects.toThrow(/permission denied for table schema_marker/);
  });

  test('cannot connect any more once the schema is there', async () => {
    await bringUpToDate(await connect(), 'auto');
    await expect(query(url, 'select 1')).rejects.toThrow('permission denied for database');
  });
});

describe('npm run migrate', () => {
  test('brings the database up to date and says so in one line, with nothing set but its address', async () => {
    const names = migrations.map(({ name }) => name).join(', ');
    expect(await migrate({ DATABASE_URL: empty.url })).toEqual({
      code: 0,
      out: `migrated: ${names}; the database fits release ${RELEASE}\n`,
      err: '',
    });
    expect(await migrate({ DATABASE_URL: empty.url })).toMatchObject({ code: 0, out: expect.stringMatching(/^nothing to migrate;.*\n$/) });
  });

  test('says in one line why it could not, without the password', async () => {
    const missing = await migrate({});
    expect(missing).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^DATABASE_URL is missing.*\n$/) });
    const away = await migrate({ DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/nothing' });
    expect(away).toMatchObject({ code: 1, err: expect.stringMatching(/^the database could not be migrated \(ECONNREFUSED.*\)\n$/) });
    expect(away.err).not.toContain('hunter2');
  });
});
