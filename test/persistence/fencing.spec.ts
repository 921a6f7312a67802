import type { Instance, LifecycleStore, Operation, Task, Written } from '#core';
import { aBinding, anInstance, atMost, LEASE_MS, provisioned, start, startProvision, succeeded } from './lives.js';
import { anEvent, TestRecord } from './record.js';

let record: TestRecord;
beforeEach(async () => {
  record = await TestRecord.open();
});
afterEach(() => record.close());

const wholeRecord = (): Promise<unknown> =>
  Promise.all(
    ['operation', 'service_instance', 'service_binding', 'audit_event'].map((table) => record.query(`select * from ${table} order by 1`)),
  );

/** The operation as it was held before another gateway took it over. */
async function takenOver(): Promise<{ instance: Instance; old: Operation; task: Task }> {
  const instance = anInstance(record);
  const old = await startProvision(record, instance);
  await record.moveClock('1 minute');
  const [task] = await record.lifecycle.claimDue('gateway-b', LEASE_MS, atMost(10));
  expect(task?.operation).toMatchObject({ id: old.id, epoch: 2, attempts: 1 });
  return { instance, old, task: task as Task };
}

type Write = (store: LifecycleStore, operation: Operation) => Promise<Written>;

/** With these the holder lets go. */
const lastWrites: [string, Write][] = [
  ['an end', (store, operation) => store.settle(succeeded(operation, { instance: { state: 'ready' } }))],
  ['a pause', (store, operation) => store.recordPause(operation, { pauseMs: 0, call: 'unanswered' })],
  ['an acceptance', (store, operation) =>
    store.recordAccepted(operation, { pauseMs: 0, pollToken: 'token', instance: { dashboardUrl: 'http://x' }, audit: anEvent() })],
  ['a parking', (store, operation) => store.park(operation, 'over')],
];

const writes: [string, Write][] = [
  ...lastWrites,
  ['a slot of the instance', (store, operation) => store.saveBackendState(operation, 'instance', { a: 'b' })],
];

test.each(writes)('%s from a gateway whose operation was taken over writes nothing', async (_what, write) => {
  const { old } = await takenOver();
  const before = await wholeRecord();
  expect(await write(record.lifecycle, old)).toBe('lost');
  expect(await wholeRecord()).toEqual(before);
});

test.each(writes)('%s from the gateway that took it over is written', async (_what, write) => {
  const { task } = await takenOver();
  expect(await write(record.lifecycle, task.operation)).toBe('written');
});

test.each(lastWrites)('%s told again by the gateway that wrote it counts once', async (_what, write) => {
  const operation = await startProvision(record, anInstance(record));
  expect(await write(record.lifecycle, operation)).toBe('written');
  const before = await wholeRecord();
  expect(await write(record.lifecycle, operation)).toBe('written');
  expect(await wholeRecord()).toEqual(before);
});

test.each(writes)('%s after somebody else ended the operation writes nothing', async (_what, write) => {
  const operation = await startProvision(record, anInstance(record));
  await record.lifecycle.settle(succeeded(operation, { instance: { state: 'ready' }, by: 'anyone' }));
  const before = await wholeRecord();
  expect(await write(record.lifecycle, operation)).toBe('lost');
  expect(await wholeRecord()).toEqual(before);
});

test('a slot is not written any more by a gateway that let go of the operation', async () => {
  const operation = await startProvision(record, anInstance(record));
  await record.lifecycle.recordPause(operation, { pauseMs: 0, call: 'unanswered' });
  expect(await record.lifecycle.saveBackendState(operation, 'instance', { a: 'b' })).toBe('lost');
});

test('a slot of a binding is fenced as well', async () => {
  const instance = await provisioned(record);
  const binding = aBinding(instance);
  const operation = await start(record, 'bind', instance, { binding });
  expect(await record.lifecycle.saveBackendState(operation, 'binding', { a: 'b' })).toBe('written');
  expect(await record.lifecycle.saveBackendState({ ...operation, epoch: 0 }, 'binding', { a: 'c' })).toBe('lost');
  expect((await record.lifecycle.findTask(operation.id))?.binding?.backendState).toEqual({ a: 'b' });
});

test('a request that can wait no longer ends an operation whoever holds it, once', async () => {
  const { old, task } = await takenOver();
  const failure = { code: 'Timeout', word: 'Timeout', description: 'too slow' } as const;
  const end = succeeded(old, { state: 'failed', failure, instance: { state: 'failed' }, by: 'anyone' });
  expect(await record.lifecycle.settle(end)).toBe('written');
  expect(await record.lifecycle.settle(end)).toBe('lost');
  expect(await record.lifecycle.settle(succeeded(task.operation, { instance: { state: 'ready' } }))).toBe('lost');
  expect((await record.lifecycle.findTask(old.id))?.instance.state).toBe('failed');
});
