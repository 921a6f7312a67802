import type { Instance } from '#core';
import { aBinding, anInstance, bound, failedWithCleanUp, provisioned, start, startProvision, statesOf, succeeded } from './lives.js';
import { TestRecord } from './record.js';

const RETENTION_MS = 7 * 24 * 3_600_000;

let record: TestRecord;
beforeEach(async () => {
  record = await TestRecord.open();
});
afterEach(() => record.close());

const purge = (): Promise<void> => record.lifecycle.purge(RETENTION_MS);
const count = async (table: string): Promise<number> =>
  Number((await record.query<{ count: string }>(`select count(*) from ${table}`))[0]?.count);

async function deprovision(instance: Instance): Promise<void> {
  const operation = await start(record, 'deprovision', instance);
  await record.lifecycle.settle(succeeded(operation, { instance: { state: 'deleted' } }));
}

test('a deleted instance is forgotten with its bindings and operations when the retention is over', async () => {
  const instance = await provisioned(record);
  await bound(record, instance);
  await deprovision(instance);
  await record.moveClock('6 days');
  await purge();
  expect([await count('service_instance'), await count('service_binding'), await count('operation')]).toEqual([1, 1, 3]);
  await record.moveClock('8 days');
  await purge();
  expect([await count('service_instance'), await count('service_binding'), await count('operation')]).toEqual([0, 0, 0]);
  expect(await count('audit_event')).toBeGreaterThan(0);
});

test('a deleted binding is forgotten, its instance stays', async () => {
  const instance = await provisioned(record);
  const binding = await bound(record, instance);
  const unbind = await start(record, 'unbind', instance, { binding });
  await record.lifecycle.settle(succeeded(unbind, { binding: { state: 'deleted' } }));
  await record.moveClock('8 days');
  await purge();
  expect([await count('service_instance'), await count('service_binding'), await count('operation')]).toEqual([1, 0, 1]);
});

test('what was asked last of something that lives is kept, however old', async () => {
  const instance = await provisioned(record);
  await bound(record, instance);
  const updates = [];
  for (let round = 0; round < 3; round += 1) {
    const update = await start(record, 'update', instance);
    await record.lifecycle.settle(succeeded(update));
    updates.push(update);
  }
  await record.moveClock('1 year');
  await purge();
  expect(await statesOf(record, ...updates)).toEqual(['absent', 'absent', 'succeeded']);
  expect(await record.query('select kind from operation order by kind')).toEqual([{ kind: 'bind' }, { kind: 'update' }]);
});

test('nothing that is pending is lost, nor what it belongs to', async () => {
  const instance = await provisioned(record);
  const binding = aBinding(instance);
  const bind = await start(record, 'bind', instance, { binding });
  const unbind = await start(record, 'unbind', instance, { binding, state: 'queued' });
  const failing = anInstance(record);
  const settlement = failedWithCleanUp(await startProvision(record, failing), failing);
  await record.lifecycle.settle(settlement);
  // Deleted rows that something pending still belongs to: they are kept until it has ended.
  await record.query(`update service_instance set state = 'deleted', deleted_at = osb_now()`);
  await record.query(`update service_binding set state = 'deleted', deleted_at = osb_now()`);
  await record.moveClock('1 year');
  await purge();
  expect(await statesOf(record, bind, unbind, settlement.cleanUp.operation)).toEqual(['running', 'queued', 'running']);
});

test('more than one round of rows goes at once, and gateways that purge together do not get in each other’s way', async () => {
  const { incarnation } = await provisioned(record);
  await record.query(
    `insert into operation (id, kind, initiator, state, step, exclusive, platform_id, backend_id, instance_incarnation, ceiling_at,
       created_at, finished_at)
     select 'old-' || n, 'update', 'platform', 'succeeded', 'send', true, platform_id, backend_id, incarnation, osb_now(),
       osb_now() - interval '9 days', osb_now() - interval '9 days'
     from service_instance, generate_series(1, 2500) as n where incarnation = $1`,
    [incarnation],
  );
  await Promise.all([purge(), purge(), purge()]);
  expect(await count('operation')).toBe(1);
});
