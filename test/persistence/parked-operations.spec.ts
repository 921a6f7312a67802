import { newUuid, ParkedOperationStore, UnheardFailureStore, type Instance, type Operation, type OperationId } from '#core';
import {
  aBinding,
  anInstance,
  anOperation,
  atMost,
  claimed,
  failedWithCleanUp,
  LEASE_MS,
  provisioned,
  reservationOf,
  start,
  startProvision,
  statesOf,
  succeeded,
} from './lives.js';
import { anEvent, TestRecord } from './record.js';

const WEEK_MS = 7 * 24 * 3_600_000;

let record: TestRecord;
beforeEach(async () => {
  record = await TestRecord.open();
});
afterEach(() => record.close());

const retry = (id: OperationId): Promise<boolean> =>
  record.get(ParkedOperationStore).retry(id, WEEK_MS, anEvent({ action: 'operation.retry', operationId: id }));
const unpark = (id: OperationId): Promise<void> => record.lifecycle.transaction((transaction) => transaction.unpark(id));
const due = async (): Promise<string[]> => (await record.lifecycle.claimDue('gateway-b', LEASE_MS, atMost(64))).map(({ operation }) => operation.id);
const retries = async (id: OperationId): Promise<number> =>
  (await record.query(`select from audit_event where action = 'operation.retry' and operation_id = $1`, [id])).length;

/** Ends it as operators do, where it is parked still. */
const giveUp = (id: OperationId): Promise<'written' | 'lost' | 'not parked'> =>
  record.lifecycle.transaction(async (transaction) => {
    const task = await transaction.lockParked(id);
    if (!task) return 'not parked';
    const failure = { code: 'BackendFailed', word: 'BackendFailed', description: 'given up' } as const;
    return transaction.settle({ ...succeeded(task.operation, { instance: { state: 'deleted' } }), state: 'failed', failure, by: 'anyone' });
  });

/** A create that failed, and its clean-up in the hands of `OWNER`. */
async function cleanUpOf(instance: Instance): Promise<Operation> {
  const { cleanUp, ...failed } = failedWithCleanUp(await startProvision(record, instance), instance);
  await record.lifecycle.settle({ ...failed, cleanUp });
  return claimed(record, cleanUp.operation);
}

async function parked(): Promise<Operation> {
  const operation = await cleanUpOf(anInstance(record));
  expect(await record.lifecycle.park(operation, 'over')).toBe('written');
  return operation;
}

test('what is parked is nobody’s until it is to be tried again: then it is due at once, for a week, and sent', async () => {
  const operation = await cleanUpOf(anInstance(record));
  await record.lifecycle.recordAccepted(operation, { pauseMs: 0, pollToken: 'token', audit: anEvent() });
  await record.lifecycle.park(await claimed(record, operation), 'over');
  await record.moveClock('8 days');
  expect(await due()).toEqual([]);
  expect(await retry(operation.id)).toBe(true);
  const [task] = await record.lifecycle.claimDue('gateway-b', LEASE_MS, atMost(64));
  expect(task).toMatchObject({ operation: { id: operation.id, step: 'send', attempts: 1 }, overdue: false, mayBeUnderWay: false });
  expect(task?.operation.pollToken).toBeUndefined();
});

test('told twice, or by two operators at once, it is tried again once', async () => {
  const { id } = await parked();
  const answers = await Promise.all([retry(id), retry(id), unpark(id).then(() => false)]);
  expect(answers.filter(Boolean).length).toBeLessThanOrEqual(1);
  expect(await retries(id)).toBe(answers.filter(Boolean).length);
  expect(await due()).toEqual([id]);
  expect(await retry(id)).toBe(false);
});

test('a gateway that tells its parking again, because the answer was lost, does not take back what an operator decided since', async () => {
  const operation = await parked();
  await retry(operation.id);
  expect(await record.lifecycle.park(operation, 'over')).toBe('written');
  expect(await due()).toEqual([operation.id]);
  expect(await record.lifecycle.park(operation, 'over')).toBe('lost');
});

test('an id at the backend is not used again when operators gave up removing what had it', async () => {
  const instance = anInstance(record);
  const operation = await cleanUpOf(instance);
  await record.lifecycle.park(operation, 'over');
  await giveUp(operation.id);
  await record.get(UnheardFailureStore).hear(instance);
  const reserve = (changes: Partial<Instance>): Promise<string> => {
    const next = anInstance(record, { instanceId: instance.instanceId, ...changes });
    return record.lifecycle.reserveProvision(next, reservationOf(anOperation('provision', next)));
  };
  expect(await reserve({})).toBe('backend id taken');
  expect(await reserve({ instanceId: newUuid(), backendInstanceId: instance.backendInstanceId })).toBe('backend id taken');
  expect(await reserve({ backendInstanceId: newUuid() })).toBe('reserved');
});

test('an id at the backend is used again when the clean-up of what had it succeeded, and its platform heard of it', async () => {
  const instance = anInstance(record);
  await record.lifecycle.settle(succeeded(await cleanUpOf(instance), { instance: { state: 'deleted' } }));
  const again = anInstance(record, { instanceId: instance.instanceId });
  const reserve = () => record.lifecycle.reserveProvision(again, reservationOf(anOperation('provision', again)));
  expect(await reserve()).toBe('failure unheard');
  await record.get(UnheardFailureStore).hear(instance);
  expect(await reserve()).toBe('reserved');
});

test('of giving it up and having it tried again at the same time one wins', async () => {
  for (let round = 0; round < 10; round += 1) {
    const operation = await parked();
    const [ended, isRetried] = await Promise.all([giveUp(operation.id), round % 2 ? retry(operation.id) : unpark(operation.id)]);
    if (round % 2) expect(isRetried).toBe(ended === 'not parked');
    expect(await statesOf(record, operation)).toEqual([ended === 'written' ? 'failed' : 'running']);
    expect(await due()).toEqual(ended === 'written' ? [] : [operation.id]);
  }
});

test('what is being tried, has ended or was never parked is not given up', async () => {
  const operation = await cleanUpOf(anInstance(record));
  expect(await giveUp(operation.id)).toBe('not parked');
  await record.lifecycle.park(operation, 'over');
  expect([await giveUp(operation.id), await giveUp(operation.id)]).toEqual(['written', 'not parked']);
  expect(await retry(operation.id)).toBe(false);
  expect(await retry('nobodys' as OperationId)).toBe(false);
});

test('while it is given up nobody has it tried again, and no delete of its platform joins it', async () => {
  const operation = await parked();
  const order: string[] = [];
  const other = (): Promise<unknown> => Promise.all([retry(operation.id), unpark(operation.id)]).then(() => order.push('others'));
  let others: Promise<unknown> | undefined;
  await record.lifecycle.transaction(async (transaction) => {
    const task = await transaction.lockParked(operation.id);
    others = other();
    while ((await record.waitingForLocks()) < 2);
    const failure = { code: 'BackendFailed', word: 'BackendFailed', description: 'given up' } as const;
    order.push('end');
    await transaction.settle({ ...succeeded(task?.operation as Operation), state: 'failed', failure, by: 'anyone' });
  });
  await others;
  expect(order).toEqual(['end', 'others']);
  expect(await statesOf(record, operation)).toEqual(['failed']);
});

test('a clean-up that was parked from the beginning waits, and one that was not let run yet can be tried again already', async () => {
  const instance = anInstance(record);
  const { cleanUp, ...failed } = failedWithCleanUp(await startProvision(record, instance), instance);
  const { id } = cleanUp.operation;
  await record.lifecycle.transaction((transaction) => transaction.settle({ ...failed, cleanUp: { ...cleanUp, isParked: true } }));
  expect(await statesOf(record, cleanUp.operation)).toEqual(['queued']);
  expect(await giveUp(id)).toBe('not parked');
  expect(await retry(id)).toBe(true);
  await record.lifecycle.releaseForgotten();
  expect(await due()).toEqual([id]);
});

test('a delete that was queued before does the work of a clean-up that would have been parked', async () => {
  const instance = anInstance(record);
  const create = await startProvision(record, instance);
  const queued = await start(record, 'deprovision', instance, { state: 'queued' });
  const { cleanUp, ...failed } = failedWithCleanUp(create, instance);
  await record.lifecycle.settle({ ...failed, cleanUp: { ...cleanUp, isParked: true } });
  expect(await statesOf(record, queued, cleanUp.operation)).toEqual(['running', 'absent']);
  expect(await due()).toEqual([queued.id]);
});

test('a delete of the instance does not wait for a parked unbind, nor for one that waits for its next attempt', async () => {
  const instance = await provisioned(record);
  const binding = aBinding(instance);
  const { cleanUp, ...failed } = failedWithCleanUp(await start(record, 'bind', instance, { binding }), instance, binding);
  await record.lifecycle.settle({ ...failed, cleanUp });
  const unbind = await claimed(record, cleanUp.operation);
  await record.lifecycle.park(unbind, 'over');
  const behind = await start(record, 'deprovision', instance, { state: 'queued' });
  await retry(unbind.id);
  await record.lifecycle.releaseForgotten();
  expect(await statesOf(record, behind, unbind)).toEqual(['running', 'running']);
  await record.lifecycle.settle(succeeded(await claimed(record, behind), { instance: { state: 'deleted' } }));
  expect(await statesOf(record, behind, unbind)).toEqual(['succeeded', 'succeeded']);
});

test('they are counted by backend', async () => {
  const operation = await parked();
  await parked();
  expect(await record.get(ParkedOperationStore).counts()).toEqual(new Map([[record.backendId, 2]]));
  await giveUp(operation.id);
  expect(await record.get(ParkedOperationStore).counts()).toEqual(new Map([[record.backendId, 1]]));
});
