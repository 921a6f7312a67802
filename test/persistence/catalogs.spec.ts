import { BackendStore, CatalogStore, newUuid, type Claim } from '#core';
import { provisioned, start, succeeded } from './lives.js';
import { anEvent, stores, TestRecord } from './record.js';

let record: TestRecord;
let other: string;
beforeEach(async () => {
  record = await TestRecord.open();
  other = newUuid();
  await record.addBackend(other, 'other');
});
afterEach(() => record.close());

const claimsOf = (backendId: string, count: number): Claim[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'plan id', value: `plan-${index}`, backendId, serviceId: 'service' }));

/** What moves the revision, told by how often. */
async function raisedBy(change: () => Promise<unknown>): Promise<bigint> {
  const before = await record.catalogs.revision();
  await change();
  return (await record.catalogs.revision()) - before;
}

test('replicas that claim the same identifiers at once give each to one backend, and wait for nobody', async () => {
  const [app, source] = await stores(record.database.url);
  const replica = app.get(CatalogStore);
  const mine = claimsOf(record.backendId, 500);
  const theirs = claimsOf(other, 500).toReversed();
  await Promise.all([record.catalogs.claim(mine), replica.claim(theirs), record.catalogs.claim(theirs), replica.claim(mine)]);
  await app.close();
  await source.destroy();

  const owners = await record.catalogs.owners();
  const named = mine.map(({ kind, value }) => owners.ownerOf(kind, value)?.backendId);
  expect(named.filter((owner) => owner !== record.backendId && owner !== other)).toEqual([]);
  expect(await record.query('select from catalog_identifier')).toHaveLength(500);
});

test('an identifier keeps the owner that claimed it first, whatever its length and characters', async () => {
  const value = '💾'.repeat(5_000);
  const claim = { kind: 'service name', value, serviceId: 'service' } as const;
  await record.catalogs.claim([{ ...claim, backendId: record.backendId }]);
  await record.catalogs.claim([{ ...claim, backendId: other }]);
  expect((await record.catalogs.owners()).ownerOf('service name', value)?.backendId).toBe(record.backendId);
  expect((await record.catalogs.owners()).ownerOf('service id', value)).toBeUndefined();
});

test('a big catalog is claimed in one go', async () => {
  await record.catalogs.claim(claimsOf(other, 30_000));
  expect(await record.query('select from catalog_identifier')).toHaveLength(30_000);
});

test('the revision rises when a catalog or a backend changes, and only then', async () => {
  const { catalogs, backendId } = record;
  const backends = record.get(BackendStore);
  expect(await raisedBy(() => catalogs.saveGood(backendId, '{"services":[]}'))).toBe(1n);
  expect(await raisedBy(() => catalogs.saveGood(backendId, '{"services":[]}'))).toBe(0n);
  expect(await raisedBy(() => catalogs.saveFailure(backendId, 'it is\0down'))).toBe(0n);
  expect(await raisedBy(() => catalogs.saveGood(backendId, '{"services":[]}'))).toBe(1n);
  expect(await raisedBy(() => catalogs.saveGood(backendId, '{"services":[1]}'))).toBe(1n);
  expect(await raisedBy(() => backends.change(backendId, { state: 'closed', closedMessage: 'moved' }, anEvent()))).toBe(1n);
  expect(await raisedBy(() => backends.change(newUuid(), { state: 'closed' }, anEvent()))).toBe(0n);
  expect(await raisedBy(() => backends.remove(other, anEvent()))).toBe(1n);
  expect(await raisedBy(() => backends.remove(other, anEvent()))).toBe(0n);
});

test('a failure keeps the last good catalog, and a good one clears the failure', async () => {
  const { catalogs, backendId } = record;
  await catalogs.saveGood(backendId, '{"good":true}');
  await catalogs.saveFailure(backendId, 'it is down');
  expect(await catalogs.all()).toMatchObject([{ backendId, failure: 'it is down' }]);
  expect(await catalogs.body(backendId)).toBe('{"good":true}');
  await catalogs.saveGood(backendId, '{"good":true}');
  const [stored] = await catalogs.all();
  expect(stored).not.toHaveProperty('failure');
});

test('the digest tells whether the stored body is another one than before', async () => {
  const { catalogs, backendId } = record;
  const digest = async (): Promise<string | undefined> => (await catalogs.all())[0]?.digest;
  await catalogs.saveFailure(backendId, 'it is down');
  expect([await digest(), await catalogs.body(backendId)]).toEqual([undefined, undefined]);
  await catalogs.saveGood(backendId, '{"services":[]}');
  const first = await digest();
  await catalogs.saveGood(backendId, '{"services":[]}');
  expect(await digest()).toBe(first);
  await catalogs.saveGood(backendId, '{"services":[1]}');
  expect(await digest()).not.toBe(first);
});

test('all identifiers are read, however many there are, and counted by backend', async () => {
  await record.catalogs.claim(claimsOf(other, 4_500));
  const owners = await record.catalogs.owners();
  expect([owners.countOf(other), owners.countOf(record.backendId)]).toEqual([4_500, 0]);
  expect(owners.ownerOf('plan id', 'plan-4499')?.backendId).toBe(other);
});

test('a backend that was removed while its catalog was read leaves nothing and breaks nothing', async () => {
  await record.get(BackendStore).remove(other, anEvent());
  await record.catalogs.saveGood(other, '{}');
  await record.catalogs.saveFailure(other, 'it is down');
  await record.catalogs.claim([...claimsOf(other, 1), { kind: 'service id', value: 's', backendId: record.backendId, serviceId: 's' }]);
  expect(await record.catalogs.all()).toEqual([]);
  expect(await record.query('select value from catalog_identifier')).toEqual([{ value: 's' }]);
});

test('a backend is removed only when its last instance is deleted, and what it owned is free then', async () => {
  const backends = record.get(BackendStore);
  const instance = await provisioned(record, { backendId: other });
  await record.catalogs.claim(claimsOf(other, 1));
  expect(await backends.remove(other, anEvent())).toEqual({ instances: 1 });
  expect(await backends.countInstances(other)).toBe(1);
  await record.lifecycle.settle(succeeded(await start(record, 'deprovision', instance), { instance: { state: 'deleted' } }));
  expect(await backends.remove(other, anEvent())).toBe('removed');
  await record.catalogs.claim(claimsOf(record.backendId, 1));
  expect((await record.catalogs.owners()).ownerOf('plan id', 'plan-0')?.backendId).toBe(record.backendId);
});

test('a change leaves its line in the trail, and nothing that did not happen', async () => {
  const backends = record.get(BackendStore);
  const event = anEvent({ action: 'backend.close' });
  await backends.change(other, { state: 'closed', closedMessage: 'moved' }, event);
  await backends.change(newUuid(), { state: 'closed' }, event);
  expect(await record.query(`select from audit_event where action = 'backend.close'`)).toHaveLength(1);
  expect((await backends.all()).find(({ id }) => id === other)).toMatchObject({ state: 'closed', closedMessage: 'moved', version: 2 });
  await backends.change(other, { state: 'enabled' }, event);
  expect((await backends.all()).find(({ id }) => id === other)).not.toHaveProperty('closedMessage');
});
