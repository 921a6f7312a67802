import { BackendStore, type Operation } from '#core';
import { SealError } from '#security';
import { eventually } from '../e2e/eventually.js';
import { aBinding, anInstance, bound, claimed, provisioned, start, startProvision, succeeded } from './lives.js';
import { anEvent, TestRecord } from './record.js';

let record: TestRecord;
beforeAll(async () => {
  record = await TestRecord.open();
});
afterAll(() => record.close());

const SECRET = 'hunter2';
const sealedColumns = {
  service_instance: ['parameters', 'context', 'backend_state'],
  service_binding: ['parameters', 'bind_resource', 'context', 'result', 'backend_state'],
  operation: ['request', 'poll_token'],
  backend: ['settings'],
  backend_catalog: ['body'],
  sealing_key: ['proof'],
};

/** One of everything that can be secret, with operations that have not ended. */
async function fillWithSecrets(): Promise<{ update: Operation; bind: Operation }> {
  const raw = JSON.stringify({ secret: SECRET });
  const instance = await provisioned(record, { parameters: raw, context: raw });
  const binding = aBinding(instance, { parameters: raw, bindResource: raw, context: raw });
  const bind = await start(record, 'bind', instance, { binding });
  const update = { ...(await start(record, 'update', instance)), update: { planId: 'p', previousPlanId: 'p', parameters: raw } };
  await record.lifecycle.saveBackendState(update, 'instance', { secret: SECRET });
  await record.lifecycle.saveBackendState(bind, 'binding', { secret: SECRET });
  await record.lifecycle.recordAccepted(update, { pollToken: SECRET, pauseMs: 0, audit: anEvent() });
  await record.catalogs.saveGood(record.backendId, raw);
  return { update, bind };
}

test('no secret can be read in any column of any table', async () => {
  const { bind } = await fillWithSecrets();
  const result = { credentials: { raw: JSON.stringify({ password: SECRET }), value: { password: SECRET } } };
  await record.lifecycle.settle(succeeded(bind, { binding: { state: 'ready', result } }));
  const tables = await record.query<{ table_name: string }>(
    `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  for (const { table_name: table } of tables) {
    // As text, and as the hexadecimal digits bytea is shown in.
    const [found] = await record.query(`select 1 from ${table} t where t::text like any ($1)`, [
      [`%${SECRET}%`, `%${Buffer.from(SECRET).toString('hex')}%`],
    ]);
    expect({ table, found }).toEqual({ table, found: undefined });
  }
});

test('exactly the columns that hold secrets are sealed', async () => {
  const bytea = await record.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where table_schema = 'public' and data_type = 'bytea'`,
  );
  const expected = Object.entries(sealedColumns).flatMap(([table, columns]) => columns.map((column) => ({ table, column })));
  expect(new Set(bytea.map(({ table, column }) => `${table}.${column}`))).toEqual(
    new Set(expected.map(({ table, column }) => `${table}.${column}`)),
  );
});

test('a value copied to another row or column does not open', async () => {
  const [one, other] = [await provisioned(record), await provisioned(record)];
  const found = async (): Promise<unknown> => record.lifecycle.findInstance(one.platformId, one.instanceId);
  const copy = (sql: string): Promise<unknown> => record.query(sql, [one.incarnation, other.incarnation]);

  await expect(found()).resolves.toBeDefined();
  await copy(
    'update service_instance set parameters = (select parameters from service_instance where incarnation = $2) where incarnation = $1',
  );
  await expect(found()).rejects.toThrow(SealError);
  await copy('update service_instance set parameters = context where incarnation = $1 and $2::uuid is not null');
  await expect(found()).rejects.toThrow(SealError);
});

test('settings of a backend that were put under another backend do not open', async () => {
  const id = '01990000-0000-7000-8000-000000000001';
  await record.addBackend(id, 'other');
  await record.query('update backend set settings = (select settings from backend where id <> $1 limit 1) where id = $1', [id]);
  await expect(record.get(BackendStore).all()).rejects.toThrow(SealError);
  await record.query('delete from backend where id = $1', [id]);
});

describe('the end of a life', () => {
  const left = async (table: keyof typeof sealedColumns, key: string, value: string): Promise<string[]> => {
    const [row = {}] = await record.query(`select * from ${table} where ${key} = $1`, [value]);
    return sealedColumns[table].filter((column) => row[column] !== null);
  };

  test('erases every secret of an instance and of its bindings', async () => {
    const instance = await provisioned(record);
    const binding = await bound(record, instance);
    const deprovision = await start(record, 'deprovision', instance);
    await record.lifecycle.saveBackendState(deprovision, 'instance', { secret: SECRET });
    expect(await left('service_instance', 'incarnation', instance.incarnation)).toHaveLength(3);
    await record.lifecycle.settle(succeeded(deprovision, { instance: { state: 'deleted' } }));
    expect(await left('service_instance', 'incarnation', instance.incarnation)).toEqual([]);
    expect(await left('service_binding', 'incarnation', binding.incarnation)).toEqual([]);
  });

  test('erases every secret of a binding', async () => {
    const instance = await provisioned(record);
    const binding = await bound(record, instance);
    const unbind = await start(record, 'unbind', instance, { binding });
    await record.lifecycle.saveBackendState(unbind, 'binding', { secret: SECRET });
    expect(await left('service_binding', 'incarnation', binding.incarnation)).toHaveLength(5);
    await record.lifecycle.settle(succeeded(unbind, { binding: { state: 'deleted' } }));
    expect(await left('service_binding', 'incarnation', binding.incarnation)).toEqual([]);
  });

  test('of an operation takes what it had to send and its poll token', async () => {
    const operation = await startProvision(record, anInstance(record));
    await record.lifecycle.recordAccepted(operation, { pollToken: SECRET, pauseMs: 0, audit: anEvent() });
    expect(await left('operation', 'id', operation.id)).toEqual(['poll_token']);
    await record.lifecycle.settle(succeeded(await claimed(record, operation), { instance: { state: 'ready' } }));
    expect(await left('operation', 'id', operation.id)).toEqual([]);
  });

  test('is not undone by a put of the backend that comes late', async () => {
    const instance = await provisioned(record);
    const deprovision = await start(record, 'deprovision', instance);
    const put = await record.lifecycle.transaction(async (transaction) => {
      await transaction.lockInstance(instance.platformId, instance.instanceId);
      const late = record.lifecycle.saveBackendState(deprovision, 'instance', { secret: SECRET });
      await eventually(() => record.waitingForLocks(), (waiting) => waiting > 0);
      await transaction.settle(succeeded(deprovision, { instance: { state: 'deleted' } }));
      return { late };
    });
    expect(await put.late).toBe('lost');
    expect(await left('service_instance', 'incarnation', instance.incarnation)).toEqual([]);
  });
});
