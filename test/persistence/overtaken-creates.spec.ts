import { newOperationId, type Instance, type Operation, type Task } from '#core';
import { aBinding, anInstance, atMost, LEASE_MS, OWNER, provisioned, reservationOf, start, startProvision, statesOf, succeeded } from './lives.js';
import { anEvent, CALL_MS, TestRecord } from './record.js';

let record: TestRecord;
let instance: Instance;
beforeEach(async () => {
  record = await TestRecord.open();
  instance = anInstance(record);
});
afterEach(() => record.close());

/** As release 0.1.0 queued them, too: exclusive. */
const queue = (exclusive = false): Promise<Operation> => start(record, 'deprovision', instance, { state: 'queued', exclusive });
const accept = (operation: Operation) => record.lifecycle.recordAccepted(operation, { pauseMs: 0, pollToken: 'token', audit: anEvent() });
const due = (owner = OWNER): Promise<Task[]> => record.lifecycle.claimDue(owner, LEASE_MS, atMost(10));
const ready = (operation: Operation) => succeeded(operation, { instance: { state: 'ready' } });

/** What the use case does with a create that its backend can cancel while its call is under way. */
async function overtake(create: Operation): Promise<Operation> {
  const operation: Operation = { ...create, id: newOperationId(), kind: 'deprovision', exclusive: false };
  await record.lifecycle.transaction(async (transaction) => {
    await transaction.lockInstance(instance.platformId, instance.instanceId);
    await transaction.settle({ ...succeeded(create, { state: 'failed', instance: { state: 'failed' }, by: 'anyone' }), mayAct: true });
    await transaction.insertOperation(reservationOf(operation));
    await transaction.overtook(operation.id, CALL_MS);
  });
  return operation;
}

describe.each([
  ['of this release', false],
  ['of release 0.1.0', true],
])('issue 10, line 3: a queued delete %s', (_what, exclusive) => {
  test('overtakes a create as soon as that is accepted, and its holder has lost it', async () => {
    const create = await startProvision(record, instance);
    const deprovision = await queue(exclusive);
    await record.lifecycle.releaseForgotten();
    expect(await statesOf(record, create, deprovision)).toEqual(['running', 'queued']);
    await accept(create);
    expect(await statesOf(record, create, deprovision)).toEqual(['failed', 'running']);
    expect(await record.lifecycle.settle(ready(create))).toBe('lost');
    const [task] = await due();
    expect(task).toMatchObject({ operation: { id: deprovision.id, exclusive: false }, sentTooEarly: false });
    expect(task?.goneCountsInMs).toBeGreaterThan(0);
  });

  test('overtakes an update that was never answered when that may not act any more', async () => {
    instance = await provisioned(record);
    const update = await start(record, 'update', instance);
    const deprovision = await queue(exclusive);
    await record.lifecycle.recordPause(update, { pauseMs: 0, call: 'unanswered' });
    expect(await statesOf(record, update, deprovision)).toEqual(['running', 'queued']);
    await record.moveClock(`${CALL_MS + 1_000} milliseconds`);
    await record.lifecycle.releaseForgotten();
    expect(await statesOf(record, update, deprovision)).toEqual(['running', 'running']);
    expect((await due()).map(({ operation: { id } }) => id)).toEqual([deprovision.id]);
  });
});

test('issue 10, line 3: a create whose gateway died is overtaken at its deadline, and its delete counts when it can make nothing any more', async () => {
  const create = await startProvision(record, instance);
  const deprovision = await queue();
  await record.moveClock(`${CALL_MS + 1_000} milliseconds`);
  await record.lifecycle.releaseForgotten();
  expect(await statesOf(record, create, deprovision)).toEqual(['failed', 'running']);
  expect(await due('gateway-b')).toMatchObject([{ operation: { id: deprovision.id }, sentTooEarly: true }]);
});

test('issue 10, line 3: a gateway that dies between overtaking and sending leaves a delete that is sent by others', async () => {
  const deprovision = await overtake(await startProvision(record, instance));
  await record.moveClock('1 minute');
  const [task] = await due('gateway-b');
  expect(task?.operation).toMatchObject({ id: deprovision.id, kind: 'deprovision' });
  expect(task?.operation.isUnconfirmed).toBeUndefined();
});

test('issue 10, line 3: once a delete is recorded, nothing that waits for its next attempt is sent again but unbinds', async () => {
  instance = await provisioned(record);
  const binding = aBinding(instance);
  const bind = await start(record, 'bind', instance, { binding });
  await record.lifecycle.recordPause(bind, { pauseMs: 0, call: 'over' });
  const update = await start(record, 'update', instance);
  await record.lifecycle.recordPause(update, { pauseMs: 0, call: 'over' });
  await start(record, 'deprovision', instance, { state: 'queued', exclusive: false });
  expect(await due()).toEqual([]);
  expect(await Promise.all([bind, update].map(({ id }) => record.lifecycle.mustWait(id, false)))).toEqual([true, true]);
});

describe('issue 10, line 3: a delete that overtook the call of a create', () => {
  let create: Operation;
  let deprovision: Operation;
  beforeEach(async () => {
    create = await startProvision(record, instance);
    deprovision = await overtake(create);
    await record.lifecycle.recordPause(deprovision, { pauseMs: 60_000, call: 'over', sendsAgain: true });
  });

  test('is sent again when that call has ended, and counts', async () => {
    expect(await due()).toEqual([]);
    await record.lifecycle.callEnded(create, false);
    expect(await due()).toMatchObject([{ operation: { id: deprovision.id }, sentTooEarly: false, goneCountsInMs: 0 }]);
  });

  test('does not count as gone where the create was accepted', async () => {
    await record.lifecycle.callEnded(create, true);
    const [task] = await due();
    expect(task?.goneCountsInMs).toBeGreaterThan(0);
  });
});
