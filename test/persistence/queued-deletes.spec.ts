import type { Binding, Instance, Operation } from '#core';
import { eventually } from '../e2e/eventually.js';
import {
  aBinding,
  anInstance,
  anOperation,
  bound,
  claimed,
  failedWithCleanUp,
  provisioned,
  reservationOf,
  start,
  startProvision,
  statesOf,
  succeeded,
} from './lives.js';
import { CALL_MS, TestRecord } from './record.js';

let record: TestRecord;
let instance: Instance;
beforeAll(async () => {
  record = await TestRecord.open();
});
afterAll(() => record.close());
beforeEach(async () => {
  instance = await provisioned(record);
});

const queue = (binding?: Binding, exclusive?: boolean): Promise<Operation> =>
  start(record, binding ? 'unbind' : 'deprovision', instance, {
    state: 'queued',
    ...(binding ? { binding } : {}),
    ...(exclusive === undefined ? {} : { exclusive }),
  });

/** A bind that runs beside others. */
async function startBind(exclusive = false): Promise<{ binding: Binding; bind: Operation }> {
  const binding = aBinding(instance);
  return { binding, bind: await start(record, 'bind', instance, { binding, exclusive }) };
}

const end = (operation: Operation): Promise<unknown> =>
  record.lifecycle.settle(succeeded(operation, operation.kind === 'bind' ? { binding: { state: 'ready' } } : {}));

test('a delete behind an update runs when the update has ended', async () => {
  const update = await start(record, 'update', instance);
  const deprovision = await queue();
  await record.lifecycle.releaseForgotten();
  expect(await statesOf(record, update, deprovision)).toEqual(['running', 'queued']);
  await end(update);
  expect(await statesOf(record, update, deprovision)).toEqual(['succeeded', 'running']);
});

test('an unbind waits for its own bind only, where bindings run side by side', async () => {
  const [one, other] = [await startBind(), await startBind()];
  const [unbindOne, unbindOther] = [await queue(one.binding), await queue(other.binding)];
  await end(other.bind);
  expect(await statesOf(record, unbindOne, unbindOther)).toEqual(['queued', 'running']);
});

test('elsewhere they take turns, the instance last', async () => {
  const before = await bound(record, instance);
  const one = await startBind(true);
  const bindings = [await queue(one.binding, true), await queue(before, true)];
  const deprovision = await queue();
  const seen: string[][] = [];
  await end(one.bind);
  seen.push(await statesOf(record, ...bindings, deprovision));
  for (const next of bindings) {
    await end(await claimed(record, next));
    seen.push(await statesOf(record, ...bindings, deprovision));
  }
  expect(seen).toEqual([
    ['running', 'queued', 'queued'],
    ['succeeded', 'running', 'queued'],
    ['succeeded', 'succeeded', 'running'],
  ]);
});

test('what waits for a binding that is gone ends without a call, and the trail says so', async () => {
  const { binding, bind } = await startBind();
  const unbind = await queue(binding);
  await record.lifecycle.settle(succeeded(bind, { state: 'failed', binding: { state: 'deleted' } }));
  expect(await statesOf(record, unbind)).toEqual(['succeeded']);
  const trail = await record.query('select outcome, description from audit_event where operation_id = $1 order by id', [unbind.id]);
  expect(trail).toEqual([
    { outcome: 'started', description: null },
    { outcome: 'succeeded', description: 'nothing was left to delete' },
  ]);
});

test('all that waits for the bindings of a deleted instance ends with it', async () => {
  const bindings = [await bound(record, instance), await bound(record, instance)];
  const deprovision = await start(record, 'deprovision', instance);
  const unbinds = [await queue(bindings[0]), await queue(bindings[1])];
  await record.lifecycle.settle(succeeded(deprovision, { instance: { state: 'deleted' } }));
  expect(await statesOf(record, ...unbinds)).toEqual(['succeeded', 'succeeded']);
});

test('a forgotten delete is found although something else keeps running on the instance', async () => {
  await startBind();
  const { binding, bind } = await startBind();
  const unbind = await queue(binding);
  // As when the gateway dies between the end and the release.
  await record.query(`update operation set state = 'succeeded', finished_at = osb_now() where id = $1`, [bind.id]);
  await record.lifecycle.releaseForgotten();
  expect(await statesOf(record, unbind)).toEqual(['running']);
});

describe('a clean-up', () => {
  test('runs when the create it belongs to has failed', async () => {
    const failing = anInstance(record);
    const settlement = failedWithCleanUp(await startProvision(record, failing), failing);
    expect(await record.lifecycle.settle(settlement)).toBe('written');
    expect(await statesOf(record, settlement.cleanUp.operation)).toEqual(['running']);
  });

  test('after an unanswered call begins only when that cannot be under way any more', async () => {
    const failing = anInstance(record);
    const settlement = failedWithCleanUp(await startProvision(record, failing), failing);
    await record.lifecycle.settle({ ...settlement, cleanUp: { ...settlement.cleanUp, afterCall: true }, by: 'anyone' });
    const [due] = await record.query<{ inMs: number }>(
      `select extract(epoch from next_attempt_at - osb_now())::float8 * 1000 as "inMs" from operation where id = $1`,
      [settlement.cleanUp.operation.id],
    );
    expect(due?.inMs).toBeGreaterThan(CALL_MS / 2);
    expect(due?.inMs).toBeLessThanOrEqual(CALL_MS);
  });

  test.each(['instance', 'binding'] as const)('leaves the work to a delete of the %s that is queued already', async (what) => {
    const failing = anInstance(record);
    const { binding, bind } = await startBind();
    const operation = what === 'binding' ? bind : await startProvision(record, failing);
    const queued = what === 'binding' ? await queue(binding) : await start(record, 'deprovision', failing, { state: 'queued' });
    const settlement = what === 'binding' ? failedWithCleanUp(bind, instance, binding) : failedWithCleanUp(operation, failing);
    expect(await record.lifecycle.settle(settlement)).toBe('written');
    expect(await statesOf(record, operation, queued, settlement.cleanUp.operation)).toEqual(['failed', 'running', 'absent']);
  });

  test('and a delete that arrives at the same moment never keep the create from ending', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { binding, bind } = await startBind();
      const settlement = failedWithCleanUp(bind, instance, binding);
      const [written, queued] = await Promise.all([record.lifecycle.settle(settlement), queueIfPending(binding)]);
      expect(written).toBe('written');
      await record.lifecycle.releaseForgotten();
      const deletes = await statesOf(record, settlement.cleanUp.operation, ...queued);
      expect(deletes.filter((state) => state !== 'absent')).toEqual(['running']);
    }
  });
});

/** What the use case does with an unbind: queued behind what is pending. */
async function queueIfPending(binding: Binding): Promise<Operation[]> {
  const unbind = anOperation('unbind', instance, { binding, state: 'queued' });
  return record.lifecycle.transaction(async (transaction) => {
    const view = await transaction.lockInstance(instance.platformId, instance.instanceId);
    const own = view?.pending.filter(({ bindingIncarnation }) => bindingIncarnation === binding.incarnation);
    if (own?.length !== 1 || own[0]?.kind !== 'bind') return [];
    await transaction.insertOperation(reservationOf(unbind));
    return [unbind];
  });
}

test('a create that is cancelled while it ends by itself ends once, and nobody waits for ever', async () => {
  const creating = anInstance(record);
  const operation = await startProvision(record, creating);
  const { ended } = await record.lifecycle.transaction(async (transaction) => {
    await transaction.lockInstance(creating.platformId, creating.instanceId);
    const byItself = record.lifecycle.settle(succeeded(operation, { instance: { state: 'ready' } }));
    await eventually(() => record.waitingForLocks(), (waiting) => waiting > 0);
    const cancel = succeeded(operation, { state: 'failed', instance: { state: 'failed' }, by: 'anyone' });
    expect(await transaction.settle(cancel)).toBe('written');
    return { ended: byItself };
  });
  expect(await ended).toBe('lost');
});
