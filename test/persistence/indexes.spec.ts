import { newOperationId, newUuid, ParkedOperationStore, type Instance, type PageRequest } from '#core';
import { aBinding, anInstance, anOperation, atMost, LEASE_MS, OWNER, provisioned, reservationOf, start, startProvision, succeeded } from './lives.js';
import { collectScans, explaining, type Scan } from './plans.js';
import { TestRecord } from './record.js';

const ROWS = 20_000;
const BIG_TABLES = ['service_instance', 'service_binding', 'operation', 'audit_event'];

let record: TestRecord;
let scans: Scan[];
let instance: Instance;
beforeAll(async () => {
  record = await TestRecord.open(explaining);
  scans = collectScans(record.source);
  instance = await provisioned(record);
  await fill();
});
afterAll(() => record.close());

/** Twenty thousand of everything, most of it ended; as many operations of one busy instance; a hundred due ones. */
async function fill(): Promise<void> {
  const { platform, backendId } = record;
  const n = `generate_series(1, ${ROWS}) as n`;
  const at = `osb_now() - n * interval '1 second'`;
  await record.query(
    `insert into service_instance (incarnation, platform_id, instance_id, backend_id, backend_instance_id, service_id, plan_id,
       organization_guid, space_guid, state, created_at, deleted_at)
     select gen_random_uuid(), $1, 'i-' || n, $2, 'i-' || n, 's', 'p', 'o', 's', case when n % 2 = 0 then 'ready' else 'deleted' end,
       ${at}, case when n % 2 = 1 then osb_now() end from ${n}`,
    [platform.id, backendId],
  );
  await record.query(
    `insert into service_binding (incarnation, instance_incarnation, binding_id, backend_binding_id, state, created_at, deleted_at)
     select gen_random_uuid(), $1, 'b-' || n, 'b-' || n, 'deleted', ${at}, osb_now() from ${n}`,
    [instance.incarnation],
  );
  const columns = `insert into operation (id, kind, initiator, state, step, exclusive, platform_id, backend_id, instance_incarnation,
    binding_incarnation, ceiling_at, next_attempt_at, created_at, finished_at, parked_at)`;
  await record.query(
    `${columns} select 'one-' || incarnation, 'provision', 'platform', 'succeeded', 'send', true, platform_id, backend_id, incarnation,
       null::uuid, osb_now(), null::timestamptz, created_at, osb_now(), null::timestamptz from service_instance
     where instance_id like 'i-%'`,
  );
  await record.query(
    `${columns} select 'bind-' || incarnation, 'bind', 'platform', 'succeeded', 'send', false, $1, $2, instance_incarnation, incarnation,
       osb_now(), null::timestamptz, created_at, osb_now(), null::timestamptz from service_binding`,
    [platform.id, backendId],
  );
  await record.query(
    `${columns} select 'due-' || incarnation, 'update', 'platform', 'running', 'poll', true, platform_id, backend_id, incarnation,
       null::uuid, osb_now() + interval '1 day', osb_now() - interval '1 second', osb_now(), null::timestamptz,
       case when instance_id like '%0' then null else osb_now() end
     from service_instance where state = 'ready' and instance_id like 'i-1%'`,
  );
  await record.query(`insert into audit_event (actor_kind, actor_name, action, subject, outcome, at)
    select 'admin', 'a', 'x', 'y', 'succeeded', ${at} from ${n}`);
  await record.query('analyze');
}

/** Often enough that the server settles for one plan; gives the most rows of a table that one run looked at. */
async function mostRows(run: () => Promise<unknown>): Promise<Record<string, number>> {
  const most: Record<string, number> = {};
  for (let round = 0; round < 8; round += 1) {
    scans.length = 0;
    await run();
    for (const { table, how, rows } of scans.filter((scan) => BIG_TABLES.includes(scan.table))) {
      if (how === 'Seq Scan') most['read from end to end'] = 1;
      most[table] = Math.max(most[table] ?? 0, rows);
    }
  }
  return most;
}

const expectFew = (rows: Record<string, number>): void => {
  expect(Object.keys(rows)).not.toEqual([]);
  expect(Object.entries(rows).filter(([table, count]) => count > 150 || table === 'read from end to end')).toEqual([]);
};

test('a table that is read from end to end is noticed', async () => {
  const rows = await mostRows(() => record.source.query(`select count(*) from operation where description = 'x'`));
  expect(rows).toMatchObject({ 'read from end to end': 1 });
  expect(rows['operation']).toBeGreaterThan(ROWS);
});

test('an instance is found, with what is pending on it, however much has ended', async () => {
  expectFew(await mostRows(() => record.lifecycle.findInstance(instance.platformId, instance.instanceId)));
});

test('a binding is found among all there ever were', async () => {
  const binding = aBinding(instance);
  await record.lifecycle.settle(succeeded(await start(record, 'bind', instance, { binding }), { binding: { state: 'ready' } }));
  expectFew(await mostRows(() => record.lifecycle.findBinding(instance.platformId, instance.instanceId, binding.bindingId)));
});

test('an operation is found by its id, by its instance and by its binding', async () => {
  const { platformId, instanceId } = instance;
  const operationId = newOperationId();
  expectFew(await mostRows(() => record.lifecycle.findTask(operationId)));
  expectFew(await mostRows(() => record.lifecycle.findOperation({ platformId, instanceId })));
  expectFew(await mostRows(() => record.lifecycle.findOperation({ platformId, instanceId, operationId })));
  expectFew(await mostRows(() => record.lifecycle.findOperation({ platformId, instanceId, bindingId: 'b-77' })));
});

test('due operations are claimed without looking at the others', async () => {
  const claimed: number[] = [];
  expectFew(await mostRows(async () => claimed.push((await record.lifecycle.claimDue(OWNER, LEASE_MS, atMost(20))).length)));
  expect(claimed[0]).toBe(20);
});

test('a create is reserved, accepted, paused and ended by its keys', async () => {
  expectFew(
    await mostRows(async () => {
      const operation = await startProvision(record, anInstance(record));
      await record.lifecycle.recordAccepted(operation, { pauseMs: 0, audit: reservationOf(operation).audit });
      await record.lifecycle.recordPause(operation, { pauseMs: 0, call: 'over' });
      await record.lifecycle.extendLeases(OWNER, LEASE_MS, [operation.id]);
      await record.lifecycle.settle(succeeded(operation, { instance: { state: 'ready' } }));
    }),
  );
});

test('whether an id was given up at the backend is found by its keys', async () => {
  expectFew(
    await mostRows(() => {
      const again = anInstance(record, { instanceId: 'i-77' });
      return record.lifecycle.reserveProvision(again, reservationOf(anOperation('provision', again)));
    }),
  );
});

test('what a gateway gives up is found by its keys', async () => {
  expectFew(
    await mostRows(async () => {
      const operation = await startProvision(record, anInstance(record));
      expect(await record.lifecycle.giveUpLeases(OWNER, [operation.id])).toEqual([operation.id]);
    }),
  );
});

test('a queued delete is found and released', async () => {
  expectFew(
    await mostRows(async () => {
      const own = await provisioned(record);
      const update = await start(record, 'update', own);
      await start(record, 'deprovision', own, { state: 'queued' });
      await record.lifecycle.settle(succeeded(update));
      await record.lifecycle.releaseForgotten();
    }),
  );
});

test('a page costs the same however deep it lies', async () => {
  const { inventory } = record;
  const lists: [id: string, list: (page: PageRequest) => Promise<unknown>][] = [
    [newUuid(), (page) => inventory.instances({}, page)],
    [newUuid(), (page) => inventory.bindings({}, page)],
    [newOperationId(), (page) => inventory.operations({}, page)],
    ['1', (page) => inventory.auditEvents({}, page)],
  ];
  const deepMicroseconds = String((Date.now() - (ROWS / 2) * 1_000) * 1_000);
  for (const [id, list] of lists) {
    const after = Buffer.from(JSON.stringify([deepMicroseconds, id])).toString('base64url');
    expectFew(await mostRows(() => list({ limit: 50 })));
    expectFew(await mostRows(() => list({ limit: 50, after })));
  }
});

test('operators find an instance by its id without knowing the platform', async () => {
  expectFew(await mostRows(() => record.inventory.instances({ instanceId: 'i-77' }, { limit: 50 })));
});

test('parked operations are counted without looking at the others', async () => {
  const counts = await record.get(ParkedOperationStore).counts();
  const rows = await mostRows(() => record.get(ParkedOperationStore).counts());
  expect(rows).toEqual({ operation: counts.get(record.backendId) });
});
