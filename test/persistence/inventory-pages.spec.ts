import { newUuid, PlatformStore, type Inventory, type Page, type PageRequest } from '#core';
import { aBinding, bound, provisioned, start, statesOf, succeeded } from './lives.js';
import { anEvent, TestRecord } from './record.js';

let record: TestRecord;
beforeEach(async () => {
  record = await TestRecord.open();
});
afterEach(() => record.close());

type List<L> = (page: PageRequest) => Promise<Page<L>>;

/** Every line of a list, page by page; `between` happens after each page. */
async function walk<L>(list: List<L>, limit: number, between: () => Promise<unknown> = async () => undefined): Promise<L[]> {
  const lines: L[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await list({ limit, ...(after === undefined ? {} : { after }) });
    lines.push(...items);
    if (next === undefined) return lines;
    expect(items).toHaveLength(limit);
    await between();
    after = next;
  }
}

/** Rows made in one microsecond, in neighbouring ones of one millisecond, and apart. */
const TIMES = ['00.000000', '00.000000', '00.000000', '00.000001', '00.000002', '00.000999', '00.001000', '01', '02', '02'];

async function instancesAtTimes(): Promise<void> {
  for (const seconds of TIMES) {
    const { incarnation } = await provisioned(record);
    const at = `2026-01-01 00:00:${seconds}+00`;
    await record.query('update service_instance set created_at = $2 where incarnation = $1', [incarnation, at]);
    await record.query('update operation set created_at = $2 where instance_incarnation = $1', [incarnation, at]);
    await record.query('update audit_event set at = $1 where id = (select max(id) from audit_event)', [at]);
  }
}

const lists: [string, (inventory: Inventory) => List<string>, string][] = [
  [
    'instances',
    (inventory) => async (page) => idsOf(await inventory.instances({}, page), ({ incarnation }) => incarnation),
    'select incarnation::text as id from service_instance order by created_at desc, incarnation desc',
  ],
  [
    'operations',
    (inventory) => async (page) => idsOf(await inventory.operations({}, page), ({ id }) => id),
    'select id from operation order by created_at desc, id desc',
  ],
  [
    'the trail',
    (inventory) => async (page) => idsOf(await inventory.auditEvents({}, page), ({ id }) => id),
    'select id::text from audit_event order by at desc, audit_event.id desc',
  ],
];

const idsOf = <L>({ items, ...rest }: Page<L>, id: (line: L) => string): Page<string> => ({ items: items.map(id), ...rest });

test.each(lists)('a walk through %s meets every row once, newest first, however long a page is', async (_what, listOf, sql) => {
  await instancesAtTimes();
  const expected = (await record.query<{ id: string }>(sql)).map((row) => row.id);
  for (const limit of [1, 2, 3, 7, 500]) {
    expect(await walk(listOf(record.inventory), limit)).toEqual(expected);
  }
});

test('bindings are walked in the same way', async () => {
  const instance = await provisioned(record);
  const made = [await bound(record, instance), await bound(record, instance), await bound(record, instance)];
  await record.query(`update service_binding set created_at = '2026-01-01'`);
  const walked = await walk((page) => record.inventory.bindings({}, page), 1);
  expect(walked.map(({ bindingId }) => bindingId).toSorted()).toEqual(made.map(({ bindingId }) => bindingId).toSorted());
  expect(walked[0]).toMatchObject({ instanceId: instance.instanceId, platform: 'cf', backend: 'demo', state: 'ready' });
});

test('what is made during a walk does not repeat or hide what was there', async () => {
  await instancesAtTimes();
  const there = await walk((page) => record.inventory.instances({}, page), 500);
  const walked = await walk((page) => record.inventory.instances({}, page), 3, () => provisioned(record));
  expect(walked).toEqual(there);
});

test('lines show no parameter, no context, no credential and no setting', async () => {
  await bound(record, await provisioned(record));
  const { instances, bindings, operations } = {
    instances: await record.inventory.instances({}, { limit: 5 }),
    bindings: await record.inventory.bindings({}, { limit: 5 }),
    operations: await record.inventory.operations({}, { limit: 5 }),
  };
  const keys = new Set([instances, bindings, operations].flatMap(({ items }) => items.flatMap(Object.keys)));
  expect([...keys].filter((key) => /parameters|context|result|request$|token|settings|backendState|credentials/i.test(key))).toEqual([]);
});

test('instances are found by platform, backend, id, service, plan and state', async () => {
  const platformId = newUuid();
  await record.get(PlatformStore).insert({ id: platformId, name: 'k8s', kind: 'kubernetes' }, { username: 'k', digest: 'd' }, anEvent());
  const backendId = newUuid();
  await record.addBackend(backendId, 'redis');
  await provisioned(record);
  const wanted = await provisioned(record, { platformId, backendId, serviceId: 's-9', planId: 'p-9', instanceId: 'Ж/%2F' });
  const found = async (filter: Parameters<Inventory['instances']>[0]): Promise<string[]> =>
    (await record.inventory.instances(filter, { limit: 10 })).items.map(({ incarnation }) => incarnation);

  for (const filter of [{ platform: 'k8s' }, { backend: 'redis' }, { instanceId: 'Ж/%2F' }, { serviceId: 's-9' }, { planId: 'p-9' }]) {
    expect({ filter, found: await found(filter) }).toEqual({ filter, found: [wanted.incarnation] });
  }
  expect(await found({ state: 'ready' })).toHaveLength(2);
  expect(await found({ state: 'deleted' })).toEqual([]);
  expect(await found({ platform: 'k8s', backend: 'demo' })).toEqual([]);
  expect(await found({ platform: 'unknown' })).toEqual([]);
});

test('bindings, operations and the trail are found by what they belong to', async () => {
  const instance = await provisioned(record);
  const binding = aBinding(instance, { bindingId: 'b-9' });
  const bind = await start(record, 'bind', instance, { binding });
  await provisioned(record);
  expect(await statesOf(record, bind)).toEqual(['running']);
  const { inventory } = record;
  const page = { limit: 10 };
  expect((await inventory.bindings({ bindingId: 'b-9' }, page)).items).toMatchObject([{ bindingId: 'b-9' }]);
  expect((await inventory.bindings({ instanceId: instance.instanceId, platform: 'cf' }, page)).items).toHaveLength(1);
  expect((await inventory.operations({ state: 'running' }, page)).items).toMatchObject([{ id: bind.id, bindingId: 'b-9', epoch: 1 }]);
  expect((await inventory.operations({ instanceId: instance.instanceId, kind: 'provision' }, page)).items).toHaveLength(1);
  expect((await inventory.operations({ initiator: 'gateway' }, page)).items).toEqual([]);
  await record.lifecycle.settle(succeeded(bind, { binding: { state: 'ready' } }));
  const trail = await inventory.auditEvents({ operationId: bind.id }, page);
  expect(trail.items.map(({ outcome }) => outcome)).toEqual(['succeeded', 'started']);
  expect((await inventory.auditEvents({ to: new Date(0) }, page)).items).toEqual([]);
});

test.each([
  ['text', 'hello'],
  ['other JSON', '{"a":1}'],
  ['too few parts', '["1"]'],
  ['no time', '["yesterday","01990000-0000-7000-8000-000000000001"]'],
  ['no id', '["1767225600000000","x"]'],
  ['an id of another list', '["1767225600000000","0123456789abcdefghijklmn"]'],
  ['a time no database has', '["99999999999999999999","01990000-0000-7000-8000-000000000001"]'],
  ['U+0000', '["1767225600000000","\\u0000"]'],
])('a cursor that is %s is refused with 400', async (_what, text) => {
  const after = Buffer.from(text).toString('base64url');
  const refusal = expect.objectContaining({ code: 'BadRequest', status: 400 });
  await expect(record.inventory.instances({}, { limit: 1, after })).rejects.toEqual(refusal);
});

test('any cursor of the right form is taken, whatever its time', async () => {
  for (const time of ['0', '9999999999999999']) {
    const after = Buffer.from(JSON.stringify([time, newUuid()])).toString('base64url');
    await expect(record.inventory.instances({}, { limit: 1, after })).resolves.toEqual({ items: [] });
  }
});
