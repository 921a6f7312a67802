import { readFile } from 'node:fs/promises';
import { LifecycleStore, PlatformStore, Timings } from '#core';
import { bringUpToDate } from '#persistence';
import { atMost } from './lives.js';
import { anEvent, stores, TestRecord } from './record.js';

const page = (): Promise<string> => readFile('docs/reference/schema.md', 'utf8');

let record: TestRecord;
beforeAll(async () => {
  record = await TestRecord.open();
});
afterAll(() => record.close());

/** The rows of the table of tables. */
async function documented(): Promise<{ table: string; sealed: string[] }[]> {
  const rows = [...(await page()).matchAll(/^\| `(\w+)` \| .+ \|(.*)\|$/gm)];
  return rows.map(([, table = '', sealed = '']) => ({ table, sealed: [...sealed.matchAll(/`(\w+)`/g)].map(([, column = '']) => column) }));
}

test('the page has every table of the schema, and no other', async () => {
  const tables = await record.query<{ table: string }>(
    `select relname as table from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`,
  );
  expect((await documented()).map(({ table }) => table).toSorted()).toEqual(tables.map(({ table }) => table));
});

test('it names every sealed column', async () => {
  const sealed = await record.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where table_schema = 'public' and data_type = 'bytea'`,
  );
  const named = (await documented()).flatMap(({ table, sealed: columns }) => columns.map((column) => `${table}.${column}`));
  expect(named.toSorted()).toEqual(sealed.map(({ table, column }) => `${table}.${column}`).toSorted());
});

test('it has the retention as the code has it', async () => {
  expect(await page()).toContain(`for ${new Timings().retentionMs / 86_400_000} days`);
});

test('a gateway can do its work with the rights the page names', async () => {
  const role = `gateway_${process.pid}`;
  await record.query(`create role ${role} login password 'secret'`);
  await record.query(`grant connect on database ${record.database.name} to ${role}`);
  await record.query(`grant select, insert, update, delete on all tables in schema public to ${role}`);
  const [app, source] = await stores(Object.assign(new URL(record.database.url), { username: role, password: 'secret' }).href);
  try {
    await expect(bringUpToDate(source, 'check')).resolves.toEqual([]);
    const credential = { username: 'second', digest: 'digest' };
    await expect(app.get(PlatformStore).putCredential(record.platform.id, credential, anEvent())).resolves.toBe('kept');
    await app.get(LifecycleStore).claimDue('gateway', 1_000, atMost(1));
    await app.get(LifecycleStore).purge(0);
  } finally {
    await app.close();
    await source.destroy();
    await record.query(`drop owned by ${role}`);
    await record.query(`drop role ${role}`);
  }
});

test('its queries run', async () => {
  const queries = [...(await page()).matchAll(/```sql\n([\s\S]*?)```/g)];
  expect(queries.length).toBeGreaterThan(0);
  for (const [, sql = ''] of queries) await record.query(sql);
});
