import { readFile, writeFile } from 'node:fs/promises';
import { describeSchema, migrations } from '#migrations';
import { bringUpToDate, createDatabase, SchemaError, type DataSource } from '#persistence';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase as createTestDatabase, query, type TestDatabase } from '../support/postgres.js';

const GOLDEN = 'migrations/schema.sql';
const REFRESH = 'refresh with: UPDATE_GOLDEN=1 npm run jest -- test/persistence/schema\n';

let clone: TestDatabase;
let database: DataSource;
beforeEach(async () => {
  clone = await createTestDatabase(GATEWAY_TEMPLATE);
  database = createDatabase({ url: clone.url, migrations });
  await database.initialize();
});
afterEach(async () => {
  await database.destroy();
  await clone.drop();
});

const schema = (): Promise<string> => describeSchema((sql) => query(clone.url, sql));

/** What TypeORM would change to make the schema fit its entities. */
async function drift(): Promise<string[]> {
  const { upQueries } = await database.driver.createSchemaBuilder().log();
  return upQueries.map(({ query: sql }) => sql);
}

test('the golden schema is what the migrations make', async () => {
  const made = await schema();
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(GOLDEN, made);
  expect(REFRESH + made).toBe(REFRESH + (await readFile(GOLDEN, 'utf8')));
});

test('the entities say what the migrations made', async () => {
  expect(await drift()).toEqual([]);
});

test('an entity that says something else is noticed', async () => {
  await query(clone.url, 'alter table operation drop column request_id');
  expect(await drift()).toEqual([expect.stringContaining('ADD "request_id"')]);
});

test('migrating down and up again gives the same schema', async () => {
  const made = await schema();
  await database.undoLastMigration();
  expect(await query(clone.url, `select 1 from pg_class where relname = 'operation'`)).toEqual([]);
  await bringUpToDate(database, 'auto');
  expect(await schema()).toBe(made);
});

test('several gateways that start at once on an empty database migrate it once', async () => {
  const empty = await createTestDatabase();
  const starting = Array.from({ length: 4 }, () => createDatabase({ url: empty.url, migrations }));
  await Promise.all(starting.map((each) => each.initialize()));
  await Promise.all(starting.map((each) => bringUpToDate(each, 'auto')));
  const [applied] = await query<{ count: string }>(empty.url, 'select count(*) from schema_migration');
  await Promise.all(starting.map((each) => each.destroy()));
  await empty.drop();
  expect(Number(applied?.count)).toBe(migrations.length);
});

test('a database that is behind is refused where migrating is left to operators', async () => {
  await database.undoLastMigration();
  await expect(bringUpToDate(database, 'check')).rejects.toThrow('run "npm run migrate"');
});

test('a release older than the schema allows refuses to run on it', async () => {
  await query(clone.url, `update schema_marker set oldest_release = '9.0.0'`);
  await expect(bringUpToDate(database, 'auto')).rejects.toThrow(SchemaError);
  await expect(bringUpToDate(database, 'auto')).rejects.toThrow('needs at least 9.0.0');
});

test('every constraint and index is named after its table, its columns and its kind', async () => {
  const names = await query<{ table: string; name: string }>(
    clone.url,
    `select c.relname as table, k.conname as name from pg_constraint k join pg_class c on c.oid = k.conrelid
     where c.relnamespace = 'public'::regnamespace and k.contype <> 'n' and c.relname <> 'schema_migration'
     union select c.relname, x.relname from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
     where c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'`,
  );
  const wrong = names.filter(({ table, name }) => !new RegExp(`^${table}_\\w+_(pk|fk|uq|ck|ix)$`).test(name));
  expect(names.length).toBeGreaterThan(40);
  expect(wrong).toEqual([]);
});
