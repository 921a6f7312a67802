import { newUuid, type OperationId } from '#core';
import { aBinding, anInstance, anOperation, atMost, LEASE_MS, OWNER, provisioned, reservationOf, start, startProvision, succeeded } from './lives.js';
import { CALL_MS, TestRecord } from './record.js';

let record: TestRecord;
beforeEach(async () => {
  record = await TestRecord.open();
});
afterEach(() => record.close());

const claim = async (owner: string, most = 64): Promise<string[]> =>
  (await record.lifecycle.claimDue(owner, LEASE_MS, atMost(most))).map(({ operation }) => operation.id);

test('an operation that is held is not given to another gateway until its lease is over', async () => {
  const { id } = await startProvision(record, anInstance(record));
  expect(await claim('gateway-b')).toEqual([]);
  await record.moveClock(`${LEASE_MS - 1_000} ms`);
  expect(await claim('gateway-b')).toEqual([]);
  await record.moveClock(`${LEASE_MS + 1_000} ms`);
  expect(await claim('gateway-b')).toEqual([id]);
});

test('gateways that look at the same time share the due operations, each given to one', async () => {
  for (let count = 0; count < 30; count += 1) await startProvision(record, anInstance(record));
  await record.moveClock('1 minute');
  const shares = await Promise.all(['b', 'c', 'd', 'e'].map((owner) => claim(owner, 10)));
  const rest = await claim('f');
  const claimed = [...shares.flat(), ...rest];
  expect(claimed).toHaveLength(30);
  expect(new Set(claimed).size).toBe(30);
  expect(await claim('g')).toEqual([]);
});

test('of a backend with many due operations only so many are given, and another one gets all of its own', async () => {
  const busy = [];
  for (let count = 0; count < 10; count += 1) busy.push((await startProvision(record, anInstance(record))).id);
  const [narrow, quiet] = [newUuid(), newUuid()];
  await record.addBackend(narrow, 'narrow');
  await record.addBackend(quiet, 'quiet');
  const inNarrow = await startProvision(record, anInstance(record, { backendId: narrow }));
  const inQuiet = await startProvision(record, anInstance(record, { backendId: quiet }));
  await record.moveClock('1 minute');
  const claimed = await record.lifecycle.claimDue('gateway-b', LEASE_MS, { named: new Map([[narrow, 0]]), others: 3 });
  expect(claimed.map(({ operation }) => operation.id).toSorted()).toEqual([...busy.slice(0, 3), inQuiet.id].toSorted());
  expect(await claim('gateway-b')).toEqual(expect.arrayContaining([...busy.slice(3), inNarrow.id]));
});

test('a heartbeat keeps only what is still its own', async () => {
  const mine = await startProvision(record, anInstance(record));
  const ended = await startProvision(record, anInstance(record));
  const others = await startProvision(record, anInstance(record));
  await record.query(`update operation set leased_by = 'gateway-b' where id = $1`, [others.id]);
  await record.query(`update operation set state = 'succeeded', finished_at = osb_now() where id = $1`, [ended.id]);
  expect(await record.lifecycle.extendLeases(OWNER, 60_000, [mine.id, others.id, ended.id])).toEqual([mine.id]);
  await record.moveClock('30 seconds');
  expect(await claim('gateway-c')).toEqual([others.id]);
});

test('only the first holder confirms an operation: whoever takes it over unconfirmed leaves it so', async () => {
  const confirmed = await startProvision(record, anInstance(record));
  const taken = await startProvision(record, anInstance(record));
  const unconfirmed = async (owner: string): Promise<string[]> =>
    (await record.lifecycle.claimDue(owner, LEASE_MS, atMost(64))).flatMap(({ operation }) => (operation.isUnconfirmed ? [operation.id] : []));
  await record.lifecycle.extendLeases(OWNER, LEASE_MS, [confirmed.id]);
  await record.moveClock(`${LEASE_MS + 1_000} ms`);
  expect(await unconfirmed('gateway-b')).toEqual([taken.id]);
  await record.lifecycle.extendLeases('gateway-b', LEASE_MS, [taken.id]);
  expect(await record.lifecycle.giveUpLeases('gateway-b', [taken.id])).toEqual([taken.id]);
  expect(await unconfirmed('gateway-c')).toEqual([taken.id]);
});

test('a mutation whose call may be under way is only looked at, and sent again after its deadline', async () => {
  const { id } = await startProvision(record, anInstance(record));
  await record.query(`update operation set leased_until = osb_now() - interval '1 second'`);
  const [early] = await record.lifecycle.claimDue('gateway-b', 1_000, atMost(1));
  expect(early).toMatchObject({ operation: { id }, mayBeUnderWay: true });
  await record.moveClock(`${CALL_MS + 1_000} ms`);
  const [late] = await record.lifecycle.claimDue('gateway-c', 1_000, atMost(1));
  expect(late).toMatchObject({ operation: { id, epoch: 3 }, mayBeUnderWay: false });
  // Whoever held it may have sent late: what that made can appear for another call's length.
  expect(late?.unquietForMs).toBeGreaterThan(0);
});

test('a delete is sent again at once by who takes it over, and its id stays reserved at the backend while its first call may act', async () => {
  const instance = await provisioned(record);
  const update = await start(record, 'update', instance);
  const { id } = await start(record, 'deprovision', instance, { state: 'queued' });
  await record.lifecycle.settle(succeeded(update));
  const [first] = await record.lifecycle.claimDue('gateway-b', 1_000, atMost(1));
  expect(first).toMatchObject({ operation: { id }, mayBeUnderWay: false });
  await record.moveClock('2 seconds');
  const [second] = await record.lifecycle.claimDue('gateway-c', 1_000, atMost(1));
  expect(second).toMatchObject({ operation: { id }, mayBeUnderWay: false, unquietForMs: 0, sentTooEarly: false });
  if (!second) throw new Error('the delete was not taken over');
  await record.lifecycle.settle(succeeded(second.operation, { instance: { state: 'deleted' } }));
  const next = (): Promise<string> => {
    const again = anInstance(record, { instanceId: instance.instanceId });
    return record.lifecycle.reserveProvision(again, reservationOf(anOperation('provision', again)));
  };
  expect(await next()).toBe('backend id taken');
  await record.moveClock(`${2 * CALL_MS + 1_000} ms`);
  expect(await next()).toBe('reserved');
});

test('an operation is overdue by the clock of the database', async () => {
  const { id } = await startProvision(record, anInstance(record), 60_000);
  expect((await record.lifecycle.findTask(id))?.overdue).toBe(false);
  await record.moveClock('61 seconds');
  expect((await record.lifecycle.findTask(id))?.overdue).toBe(true);
});

test('a pause gives up the lease and comes due by the clock of the database', async () => {
  const operation = await startProvision(record, anInstance(record));
  expect(await record.lifecycle.recordPause(operation, { pauseMs: 60_000, call: 'over' })).toBe('written');
  expect(await claim('gateway-b')).toEqual([]);
  await record.moveClock('61 seconds');
  expect(await claim('gateway-b')).toEqual([operation.id]);
});

test('a parked operation is never taken up again, and still keeps others off its instance', async () => {
  const instance = anInstance(record);
  const operation = await startProvision(record, instance);
  await record.lifecycle.park(operation, 'over');
  await record.moveClock('1 year');
  expect(await claim('gateway-b')).toEqual([]);
  const view = await record.lifecycle.findInstance(instance.platformId, instance.instanceId);
  expect(view?.pending).toMatchObject([{ id: operation.id, state: 'running' }]);
});

test('looking for due operations waits for nobody: what is locked is left for the next time', async () => {
  const instance = await provisioned(record);
  const held = await start(record, 'update', instance);
  const free = await startProvision(record, anInstance(record));
  await record.moveClock('1 minute');
  await record.lifecycle.transaction(async (transaction) => {
    await transaction.lockInstance(instance.platformId, instance.instanceId);
    expect(await claim('gateway-b')).toEqual([free.id]);
  });
  expect(await claim('gateway-b')).toEqual([held.id]);
});

describe('a gateway that stops gives up what it holds', () => {
  const giveUp = (...ids: readonly OperationId[]) => record.lifecycle.giveUpLeases(OWNER, ids);

  test('and only that: what was taken over, has ended or is not held is left alone', async () => {
    const mine = await startProvision(record, anInstance(record));
    const others = await startProvision(record, anInstance(record));
    const ended = await startProvision(record, anInstance(record));
    const paused = await startProvision(record, anInstance(record));
    await record.query(`update operation set leased_by = 'gateway-b' where id = $1`, [others.id]);
    await record.lifecycle.settle(succeeded(ended, { instance: { state: 'ready' } }));
    await record.lifecycle.recordPause(paused, { pauseMs: 60_000, call: 'over' });
    expect(await giveUp(mine.id, others.id, ended.id, paused.id)).toEqual([mine.id]);
    expect(await claim('gateway-c')).toEqual([mine.id]);
  });

  test('to whoever looks first, who may look at once but send only after the deadline of its call', async () => {
    const { id } = await startProvision(record, anInstance(record));
    await giveUp(id);
    const [task] = await record.lifecycle.claimDue('gateway-b', LEASE_MS, atMost(1));
    expect(task).toMatchObject({ operation: { id, epoch: 3 }, mayBeUnderWay: true });
    expect(task?.unquietForMs).toBeGreaterThan(CALL_MS);
  });

  test('and writes nothing of it any more', async () => {
    const operation = await startProvision(record, anInstance(record));
    await giveUp(operation.id);
    expect(await record.lifecycle.settle(succeeded(operation, { instance: { state: 'ready' } }))).toBe('lost');
    expect(await record.lifecycle.recordPause(operation, { pauseMs: 60_000, call: 'over' })).toBe('lost');
    expect(await claim('gateway-b')).toEqual([operation.id]);
  });

  test('also of binds side by side, whose bindings stay unquiet as long as their calls may act', async () => {
    const instance = await provisioned(record);
    const binds = await Promise.all(
      ['a', 'b'].map((bindingId) => start(record, 'bind', instance, { binding: aBinding(instance, { bindingId }), exclusive: false })),
    );
    expect((await giveUp(...binds.map(({ id }) => id))).toSorted()).toEqual(binds.map(({ id }) => id).toSorted());
    const tasks = await record.lifecycle.claimDue('gateway-b', LEASE_MS, atMost(10));
    expect(tasks.map(({ mayBeUnderWay, unquietForMs }) => [mayBeUnderWay, unquietForMs > CALL_MS])).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  test('while something else ends on the same instance: neither waits for the other for ever', async () => {
    const instance = await provisioned(record);
    const starting = Array.from({ length: 20 }, () => start(record, 'bind', instance, { binding: aBinding(instance), exclusive: false }));
    const binds = await Promise.all(starting);
    const half = binds.slice(0, 10);
    const ends = half.map((bind) => record.lifecycle.settle(succeeded(bind, { binding: { state: 'ready' } })));
    const [givenUp, written] = await Promise.all([giveUp(...binds.map(({ id }) => id)), Promise.all(ends)]);
    expect(givenUp.length + written.filter((each) => each === 'written').length).toBe(20);
  });
});
