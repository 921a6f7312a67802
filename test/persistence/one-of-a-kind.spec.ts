import fc from 'fast-check';
import { BackendStore, newUuid, PlatformStore, type Instance } from '#core';
import { aBinding, anInstance, anOperation, provisioned, reservationOf, start, startProvision, succeeded } from './lives.js';
import { anEvent, TestRecord } from './record.js';

let record: TestRecord;
beforeAll(async () => {
  record = await TestRecord.open();
});
afterAll(() => record.close());

const reserve = (instance: Instance): Promise<string> =>
  record.lifecycle.reserveProvision(instance, reservationOf(anOperation('provision', instance)));

const tally = (answers: readonly string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(Object.groupBy(answers, (answer) => answer)).map(([answer, all = []]) => [answer, all.length]));

/** Any characters Postgres can hold; with a uuid in front nearly the longest id there can be. */
const anyText = fc.string({ unit: 'binary', maxLength: 900 }).map((text) => text.replaceAll('\0', ''));

test('of 50 requests at once to make an instance of one id, one makes it', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const instanceId = `${newUuid()}${text}`;
      const answers = await Promise.all(Array.from({ length: 50 }, () => reserve(anInstance(record, { instanceId }))));
      expect(tally(answers)).toEqual({ reserved: 1, 'instance exists': 49 });
      const view = await record.lifecycle.findInstance(record.platform.id, instanceId);
      expect([view?.instance.instanceId, view?.pending.length]).toEqual([instanceId, 1]);
    }),
    { numRuns: 10 },
  );
});

test('of 50 that would take one id at the backend, one gets it, whatever the platform calls it', async () => {
  const backendInstanceId = newUuid();
  const answers = await Promise.all(Array.from({ length: 50 }, () => reserve(anInstance(record, { backendInstanceId }))));
  expect(tally(answers)).toEqual({ reserved: 1, 'backend id taken': 49 });
});

test('another platform may have an instance of the same id', async () => {
  const platformId = newUuid();
  const credential = { username: 'other', digest: 'digest' };
  await record.get(PlatformStore).insert({ id: platformId, name: 'other', kind: 'other' }, credential, anEvent());
  const instance = await provisioned(record);
  expect(await reserve(anInstance(record, { platformId, instanceId: instance.instanceId, backendInstanceId: newUuid() }))).toBe('reserved');
});

test('an id is free again when its instance is deleted', async () => {
  const instance = await provisioned(record);
  const deprovision = await start(record, 'deprovision', instance);
  expect(await reserve(anInstance(record, { instanceId: instance.instanceId }))).toBe('instance exists');
  await record.lifecycle.settle(succeeded(deprovision, { instance: { state: 'deleted' } }));
  expect(await reserve(anInstance(record, { instanceId: instance.instanceId }))).toBe('reserved');
});

test('an id whose instance is deleted at that very moment is in use or free, and never taken at the backend', async () => {
  for (let round = 0; round < 30; round += 1) {
    const instance = await provisioned(record);
    const deprovision = await start(record, 'deprovision', instance);
    const ended = record.lifecycle.settle(succeeded(deprovision, { instance: { state: 'deleted' } }));
    const again = Array.from({ length: 5 }, () => reserve(anInstance(record, { instanceId: instance.instanceId })));
    expect(await Promise.all(again)).not.toContain('backend id taken');
    await ended;
  }
});

test('an instance whose backend is removed at that moment is not made', async () => {
  const backendId = newUuid();
  expect(await reserve(anInstance(record, { backendId })).catch((error: Error) => error.message)).toMatch('taken out of the catalog');
});

test('of 50 exclusive operations, queued deletes or binds of one id, one is written', async () => {
  const instance = await provisioned(record);
  const answersOf = (begin: () => Promise<unknown>): Promise<string[]> =>
    Promise.all(Array.from({ length: 50 }, () => begin().then(() => 'written', (error: { constraint: string }) => error.constraint)));

  // Straight past the lock of the instance: the indexes alone must hold.
  const insert = (kind: 'update' | 'deprovision', state: 'running' | 'queued'): Promise<unknown> =>
    record.lifecycle.transaction((transaction) => transaction.insertOperation(reservationOf(anOperation(kind, instance, { state }))));
  const bind = (): Promise<void> =>
    record.lifecycle.transaction((transaction) => transaction.insertBinding(aBinding(instance, { bindingId: 'b-1' })));

  const updates = await answersOf(() => insert('update', 'running'));
  const deletes = await answersOf(() => insert('deprovision', 'queued'));
  expect(tally(updates)).toEqual({ written: 1, operation_instance_incarnation_running_uq: 49 });
  expect(tally(deletes)).toEqual({ written: 1, operation_instance_incarnation_queued_uq: 49 });
  expect(tally(await answersOf(bind))).toEqual({ written: 1, service_binding_instance_incarnation_binding_id_uq: 49 });
});

test('of 20 backends, platforms or users of one name, one is made', async () => {
  const backends = record.get(BackendStore);
  const platforms = record.get(PlatformStore);
  const rest = { type: 'demo', state: 'enabled', settings: {}, policy: {}, planPolicies: {}, version: 1 } as const;
  const twenty = (make: () => Promise<string>): Promise<string[]> => Promise.all(Array.from({ length: 20 }, make));

  const named = await twenty(() => backends.insert({ id: newUuid(), name: 'same', createdAt: new Date(), ...rest }, anEvent()));
  const users = await twenty(() => platforms.putCredential(record.platform.id, { username: 'same', digest: newUuid() }, anEvent()));
  const joined = await twenty(() =>
    platforms.insert({ id: newUuid(), name: 'same', kind: 'other' }, { username: newUuid(), digest: 'digest' }, anEvent()),
  );
  expect(tally(named)).toEqual({ inserted: 1, 'name taken': 19 });
  expect(users.filter((answer) => answer === 'kept').length).toBeGreaterThan(0);
  expect(await record.query(`select from platform_credential where username = 'same'`)).toHaveLength(1);
  expect(tally(joined)).toEqual({ inserted: 1, 'name taken': 19 });
});

test('a create that is reserved has its operation and its line in the trail, or nothing at all', async () => {
  const instance = anInstance(record);
  const { id } = await startProvision(record, instance);
  const refused = anOperation('provision', instance);
  await record.lifecycle.reserveProvision({ ...instance, incarnation: anInstance(record).incarnation }, reservationOf(refused));
  expect(await record.query('select operation_id from audit_event where operation_id = any($1)', [[id, refused.id]])).toEqual([
    { operation_id: id },
  ]);
  expect(await record.query('select id from operation where id = any($1)', [[id, refused.id]])).toEqual([{ id }]);
});
