import { readFile, writeFile } from 'node:fs/promises';
import { describeSchema, migrations } from '#migrations';
import { createDatabase, type DataSource } from '#persistence';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase as createTestDatabase, query, type TestDatabase } from '../support/postgres.js';

const GOLDEN = 'migrations/schema.sql';
const REFRESH = 'refresh with: npm run schema\n';

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

const REFERENCE = `alter table platform_credential drop constraint platform_credential_platform_id_fk,
  add constraint platform_credential_platform_id_fk`;

test.each([
  ['a column', 'alter table operation alter column request_id set not null'],
  ['a default', 'alter table backend alter column version set default 2'],
  ['a constraint', 'alter table platform drop constraint platform_kind_ck'],
  ['what is deleted with a row', `${REFERENCE} foreign key (platform_id) references platform (id)`],
  ['the condition of an index', 'drop index operation_queued_ix; create index operation_queued_ix on operation (created_at)'],
  ['a function', `create or replace function osb_now() returns timestamptz language sql stable as 'select now()'`],
])('%s that is changed shows in the golden schema', async (_what, change) => {
  const before = await schema();
  await query(clone.url, change);
  expect(await schema()).not.toBe(before);
});

test('there is nothing the golden schema would not show', async () => {
  const others = await query(
    clone.url,
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind not in ('r', 'i', 'S')
     union all select tgname from pg_trigger where not tgisinternal
     union all select typname from pg_type where typnamespace = 'public'::regnamespace and typtype in ('d', 'e', 'r')
     union all select nspname from pg_namespace where nspname not like 'pg\\_%' and nspname not in ('public', 'information_schema')`,
  );
  expect(others).toEqual([]);
});

test('the entities say what the migrations made', async () => {
  expect(await drift()).toEqual([]);
});

test.each([
  ['a column that is missing', 'alter table operation drop column request_id', 'ADD "request_id"'],
  ['a column of another type', 'alter table backend alter column version type bigint', '"version" integer'],
  ['an index that is missing', 'drop index operation_created_at_ix', 'CREATE INDEX "operation_created_at_ix"'],
  ['a column nobody knows', 'alter table platform add column colour text', 'DROP COLUMN "colour"'],
])('%s is noticed', async (_what, change, repair) => {
  await query(clone.url, change);
  expect((await drift()).join('\n')).toContain(repair);
});

test('every constraint and index is named after its table, its columns and its kind', async () => {
  const names = await query<{ table: string; name: string; kind: string }>(
    clone.url,
    `select c.relname as table, k.conname as name, k.contype::text || 'k' as kind
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where c.relnamespace = 'public'::regnamespace and k.contype <> 'n' and c.relname <> 'schema_migration'
     union all
     select c.relname, x.relname, case when i.indisunique then 'uq' else 'ix' end
     from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
     where c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'
       and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))`,
  );
  const ends: Record<string, string> = { uk: 'uq' };
  const wrong = names.filter(({ table, name, kind }) => !new RegExp(`^${table}_\\w+_${ends[kind] ?? kind}$`).test(name));
  expect(names.length).toBeGreaterThan(40);
  expect(wrong).toEqual([]);
});
