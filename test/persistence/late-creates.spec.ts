import {
  LateCreateStore,
  newIncarnation,
  newUuid,
  type Binding,
  type Instance,
  type LateOutcome,
  type Operation,
  type Task,
} from '#core';
import { aBinding, anInstance, anOperation, atMost, LEASE_MS, OWNER, provisioned, reservationOf, start, startProvision, succeeded } from './lives.js';
import { CALL_MS, TestRecord } from './record.js';

let record: TestRecord;
beforeEach(async () => {
  record = await TestRecord.open();
});
afterEach(() => record.close());

/** As a gateway asks whose call of this create ended late. */
async function owe(operation: Operation, instance: Instance, binding?: Binding): Promise<LateOutcome> {
  const failed = { incarnation: newIncarnation(), state: 'failed' as const, backendState: {} };
  const late = binding ? { instance, binding: { ...bare(binding), ...failed } } : { instance: { ...bare(instance), ...failed } };
  const about = { state: 'queued', initiator: 'gateway', ...(late.binding ? { binding: late.binding } : {}) } as const;
  const cleanUp = { ...reservationOf(anOperation(binding ? 'unbind' : 'deprovision', late.instance, about)), afterCall: true };
  const task = { operation, instance, ...(binding ? { binding } : {}) } as Task;
  return record.get(LateCreateStore).owe({ task, ...late, cleanUp });
}

const bare = <T extends Instance | Binding>({ parameters: _parameters, context: _context, ...rest }: T) => rest;

/** Takes the operation from its gateway and ends it well; the newest holder. */
async function takenOver(operation: Operation): Promise<Operation> {
  await record.query(`update operation set epoch = epoch + 1 where id = $1`, [operation.id]);
  return { ...operation, epoch: operation.epoch + 1 };
}

async function removed(kind: 'deprovision' | 'unbind', instance: Instance, binding?: Binding): Promise<void> {
  const operation = await start(record, kind, instance, binding ? { binding } : {});
  const deleted = { state: 'deleted' } as const;
  expect(await record.lifecycle.settle(succeeded(operation, binding ? { binding: deleted } : { instance: deleted }))).toBe('written');
}

/** A create that another gateway ended. */
async function made(changes: Partial<Instance> = {}): Promise<{ instance: Instance; create: Operation }> {
  const instance = anInstance(record, changes);
  const create = await startProvision(record, instance);
  await record.lifecycle.settle(succeeded(await takenOver(create), { instance: { state: 'ready' } }));
  return { instance, create };
}

const living = () =>
  record.query<{ id: string; at: string; state: string }>(
    `select instance_id as id, backend_instance_id as at, state from service_instance where deleted_at is null`,
  );

test('nothing is owed for a create that was not taken over', async () => {
  const instance = anInstance(record);
  expect(await owe(await startProvision(record, instance), instance)).toBe('nothing owed');
});

test('nothing is owed for what another gateway made as well: it lives; but its next delete is repeated', async () => {
  const { instance, create } = await made();
  expect(await owe(create, instance)).toBe('nothing owed');
  expect(await living()).toEqual([{ id: instance.instanceId, at: instance.backendInstanceId, state: 'ready' }]);
  const { id } = await start(record, 'deprovision', instance);
  expect((await record.lifecycle.giveUpLeases(OWNER, [id]))).toEqual([id]);
  const [task] = await record.lifecycle.claimDue('gateway-b', LEASE_MS, atMost(1));
  expect(task?.unquietForMs).toBeGreaterThan(0);
});

test('what was deleted meanwhile gets an owner again, which is removed, and once more after the length of a call', async () => {
  const { instance, create } = await made();
  await removed('deprovision', instance);
  expect(await owe(create, instance)).toBe('removing');
  expect(await living()).toEqual([{ id: instance.instanceId, at: instance.backendInstanceId, state: 'failed' }]);
  await record.lifecycle.releaseForgotten();
  const [task] = await record.lifecycle.claimDue('gateway-b', LEASE_MS, atMost(1));
  expect(task).toMatchObject({ operation: { kind: 'deprovision', initiator: 'gateway' }, instance: { backendInstanceId: instance.backendInstanceId } });
  expect(task?.unquietForMs).toBeGreaterThan(CALL_MS / 2);
});

test('what was made anew under the same id at the backend is not touched', async () => {
  const { instance, create } = await made();
  await removed('deprovision', instance);
  await provisioned(record, { instanceId: instance.instanceId });
  expect(await owe(create, instance)).toBe('nothing owed');
  expect(await living()).toMatchObject([{ id: instance.instanceId, state: 'ready' }]);
});

test('what was made anew under another id at the backend is not in the way', async () => {
  const { instance, create } = await made();
  await removed('deprovision', instance);
  await provisioned(record, { instanceId: instance.instanceId, backendInstanceId: newUuid() });
  expect(await owe(create, instance)).toBe('removing');
  const [anew, late] = (await living()).toSorted((a, b) => b.state.localeCompare(a.state));
  expect(anew).toMatchObject({ id: instance.instanceId, state: 'ready' });
  expect(late).toMatchObject({ at: instance.backendInstanceId, state: 'failed' });
});

test('while a delete is under way one looks again: it may have come too early', async () => {
  const { instance, create } = await made();
  const deletion = await start(record, 'deprovision', instance);
  expect(await owe(create, instance)).toBe('look again');
  await record.lifecycle.settle(succeeded(deletion, { instance: { state: 'deleted' } }));
  expect(await owe(create, instance)).toBe('removing');
});

test('asked twice, it is owed once', async () => {
  const { instance, create } = await made();
  await removed('deprovision', instance);
  expect([await owe(create, instance), await owe(create, instance)]).toEqual(['removing', 'nothing owed']);
});

describe('a late bind', () => {
  async function boundByAnother(): Promise<{ instance: Instance; binding: Binding; bind: Operation }> {
    const instance = await provisioned(record);
    const binding = aBinding(instance);
    const bind = await start(record, 'bind', instance, { binding });
    await record.lifecycle.settle(succeeded(await takenOver(bind), { binding: { state: 'ready', result: {} } }));
    return { instance, binding, bind };
  }
  const bindings = () => record.query(`select binding_id as id, state from service_binding where deleted_at is null`);

  test('whose binding was removed is removed as well', async () => {
    const { instance, binding, bind } = await boundByAnother();
    await removed('unbind', instance, binding);
    expect(await owe(bind, instance, binding)).toBe('removing');
    expect(await bindings()).toEqual([{ id: binding.bindingId, state: 'failed' }]);
    await record.lifecycle.releaseForgotten();
    const [task] = await record.lifecycle.claimDue('gateway-b', LEASE_MS, atMost(1));
    expect(task).toMatchObject({ operation: { kind: 'unbind', initiator: 'gateway' }, binding: { backendBindingId: binding.backendBindingId } });
  });

  test('whose binding was made anew is left alone', async () => {
    const { instance, binding, bind } = await boundByAnother();
    await removed('unbind', instance, binding);
    const anew = aBinding(instance, { bindingId: binding.bindingId });
    await record.lifecycle.settle(succeeded(await start(record, 'bind', instance, { binding: anew }), { binding: { state: 'ready', result: {} } }));
    expect(await owe(bind, instance, binding)).toBe('nothing owed');
    expect(await bindings()).toEqual([{ id: binding.bindingId, state: 'ready' }]);
  });

  test('went with its instance', async () => {
    const { instance, binding, bind } = await boundByAnother();
    await removed('deprovision', instance);
    expect(await owe(bind, instance, binding)).toBe('nothing owed');
    expect(await bindings()).toEqual([]);
  });
});

test('what it made where operators gave up removing an earlier one is removed all the same', async () => {
  const { instance, create } = await made();
  await removed('deprovision', instance);
  await record.query(`update operation set initiator = 'gateway', state = 'failed' where kind = 'deprovision'`);
  expect(await owe(create, instance)).toBe('removing');
  expect(await living()).toEqual([{ id: instance.instanceId, at: instance.backendInstanceId, state: 'failed' }]);
});
