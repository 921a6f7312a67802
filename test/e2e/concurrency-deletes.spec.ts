import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { eventually } from './eventually.js';
import { recorded } from './recorded.js';
import { HELD, SIMULATORS, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
beforeAll(async () => {
  // What was accepted is waited for, however long these tests take.
  gateway = await TestGateway.start({ timings: { callMs: 120_000 } });
  osb = gateway.osb();
});
afterAll(() => gateway.stop());

const patient = { acceptsIncomplete: true };
const held = { simulate: HELD };
const busy = [422, 'ConcurrencyError'];
const answer = ({ status, body }: { status: number; body: { readonly error?: string } }) => [status, body.error];

describe.each([
  ...SIMULATORS.map(([where, start]) => [where, start, {}] as const),
  ['that cannot cancel', simulatorInGateway, { capabilities: { cancelCreate: false } }] as const,
])('a simulator %s', (where, start, settings) => {
  let simulator: SimulatorUnderTest;
  let plan: PlanIds;
  let id: string;
  const cancels = where === 'in the gateway';
  beforeAll(async () => {
    simulator = await start(gateway, where.replaceAll(' ', '-'), settings);
    plan = simulator.plan('sync');
  });
  beforeEach(() => {
    id = randomUUID();
  });
  afterAll(() => simulator.close());

  /** What it was asked for, once each: a delete is sent again while the backend is busy. */
  const kinds = () => [...new Set(simulator.verbs(id))];

  /** Lets whatever runs end, until this operation has. */
  const succeeded = async (operation: string, bindingId?: string) => {
    const look = () => {
      simulator.finish(id);
      return bindingId === undefined ? osb.lastOperation(id, operation) : osb.lastBindingOperation(id, bindingId, operation);
    };
    const ended = await eventually(look, ({ body }) => body['state'] !== 'in progress');
    expect([ended.status, ended.body]).toEqual([200, { state: 'succeeded' }]);
  };

  test('a delete during a create is accepted, repeated it is the same, and in the end nothing is left (DEP 416, 422)', async () => {
    const parameters = { simulate: { ...HELD, deprovision: HELD } };
    const create = await osb.provision(id, plan, { parameters }, patient);
    const deletes = [await osb.deprovision(id, plan, patient), await osb.deprovision(id, plan, patient)];
    expect(deletes.map(({ status }) => status)).toEqual([202, 202]);
    expect(new Set([create, ...deletes].map(({ body }) => body['operation'])).size).toBe(2);
    await succeeded(deletes[0]?.body['operation']);
    expect((await osb.lastOperation(id, create.body['operation'])).body['state']).toBe('failed');
    expect(answer(await osb.lastOperation(id))).toEqual([410, 'Gone']);
    expect([(await osb.fetch(id)).status, (await osb.deprovision(id, plan)).status]).toEqual([404, 410]);
    expect([kinds(), simulator.exists(id)]).toEqual([['provision', 'deprovision'], false]);
    if (cancels) expect(simulator.verbs(id)).toHaveLength(2);
    expect((await osb.provision(id, plan, { parameters: { other: 1 } })).status).toBe(201);
  });

  test('a delete while the backend has not even answered the create waits for that, unless it can cancel', async () => {
    const create = osb.provision(id, plan, { parameters: { simulate: { delayMs: 1_000 } } }, patient);
    await eventually(() => simulator.verbs(id), (verbs) => verbs.length > 0);
    expect(answer(await osb.deprovision(id, plan))).toEqual(busy);
    const deleted = await osb.deprovision(id, plan, patient);
    expect([deleted.status, (await create).status]).toEqual([202, cancels ? 202 : 201]);
    await succeeded(deleted.body['operation']);
    if (!cancels) expect(simulator.verbs(id)).toHaveLength(2);
    expect([kinds(), simulator.exists(id)]).toEqual([['provision', 'deprovision'], false]);
  });

  test('a delete during a create without the flag is refused, and nothing is recorded (DEP 421)', async () => {
    const create = await osb.provision(id, plan, { parameters: held }, patient);
    const before = await recorded(gateway.database);
    expect(answer(await osb.deprovision(id, plan))).toEqual(busy);
    expect(await recorded(gateway.database)).toEqual(before);
    await succeeded(create.body['operation']);
    expect(simulator.verbs(id)).toEqual(['provision']);
    expect((await osb.deprovision(id, plan)).status).toBe(200);
  });

  test('a delete during an update waits for it with the flag, and is refused without (BLK 164)', async () => {
    await osb.provision(id, plan);
    const update = await osb.update(id, plan.serviceId, { parameters: held }, patient);
    expect(answer(await osb.deprovision(id, plan))).toEqual(busy);
    const deleted = await osb.deprovision(id, plan, patient);
    expect([update.status, deleted.status]).toEqual([202, 202]);
    await succeeded(deleted.body['operation']);
    await succeeded(update.body['operation']);
    expect(simulator.verbs(id)).toEqual(['provision', 'update', 'deprovision']);
  });

  test.each([
    ['an update', () => osb.update(id, plan.serviceId, { parameters: held }, patient)],
    ['a bind', () => osb.bind(id, 'b', plan, { parameters: held }, patient)],
  ])('once a delete is accepted that waits for %s, a create is told to wait, never that the instance exists (BLK 168)', async (_what, send) => {
    await osb.provision(id, plan);
    await send();
    const deleted = await osb.deprovision(id, plan, patient);
    expect(deleted.status).toBe(202);
    expect(answer(await osb.provision(id, plan, {}, patient))).toEqual(busy);
    expect(answer(await osb.provision(id, plan, { space_guid: 'other' }))).toEqual(busy);
    await succeeded(deleted.body['operation']);
    expect((await osb.provision(id, plan)).status).toBe(201);
  });

  test('a delete during a bind waits for it with the flag, and is refused without (BLK 165)', async () => {
    await osb.provision(id, plan);
    const bind = await osb.bind(id, 'b', plan, { parameters: held }, patient);
    expect(answer(await osb.deprovision(id, plan))).toEqual(busy);
    const deleted = await osb.deprovision(id, plan, patient);
    expect([bind.status, deleted.status]).toEqual([202, 202]);
    await succeeded(deleted.body['operation']);
    await succeeded(bind.body['operation'], 'b');
    expect(simulator.verbs(id)).toEqual(['provision', 'bind', 'unbind', 'deprovision']);
    expect(answer(await osb.unbind(id, 'b', plan))).toEqual([410, 'Gone']);
  });

  test('an unbind during its bind waits for it, repeated it is the same, and in the end nothing is left (UNB 399, 407)', async () => {
    await osb.provision(id, plan);
    const bind = await osb.bind(id, 'b', plan, { parameters: held }, patient);
    expect(answer(await osb.unbind(id, 'b', plan))).toEqual(busy);
    const unbinds = [await osb.unbind(id, 'b', plan, patient), await osb.unbind(id, 'b', plan, patient)];
    expect(unbinds.map(({ status }) => status)).toEqual([202, 202]);
    expect(new Set([bind, ...unbinds].map(({ body }) => body['operation'])).size).toBe(2);
    await succeeded(unbinds[0]?.body['operation'], 'b');
    await succeeded(bind.body['operation'], 'b');
    expect([(await osb.fetchBinding(id, 'b')).status, (await osb.unbind(id, 'b', plan)).status]).toEqual([404, 410]);
    expect(simulator.verbs(id)).toEqual(['provision', 'bind', 'unbind']);
    expect((await osb.bind(id, 'b', plan)).status).toBe(201);
  });

  test('a delete sent again while it runs is the same operation, and one without the flag waits for its end (DEP 416)', async () => {
    await osb.provision(id, plan, { parameters: { simulate: { deprovision: HELD } } });
    const deletes = [await osb.deprovision(id, plan, patient), await osb.deprovision(id, plan, patient)];
    expect(new Set(deletes.map(({ status, body }) => `${status} ${body['operation']}`)).size).toBe(1);
    const waiting = osb.deprovision(id, plan);
    await succeeded(deletes[0]?.body['operation']);
    expect([200, 410]).toContain((await waiting).status);
    expect(simulator.verbs(id)).toEqual(['provision', 'deprovision']);
  });
});

test('a create that never ends can be deleted where the backend can cancel it', async () => {
  const simulator = await simulatorInGateway(gateway, 'endless');
  const plan = simulator.plan('sync');
  const create = await osb.provision('endless', plan, { parameters: { simulate: { async: { outcome: 'never' } } } }, patient);
  const deleted = await osb.deprovision('endless', plan, patient);
  const body = { state: 'failed', description: 'cancelled: the instance is being deleted' };
  expect((await osb.lastOperation('endless', create.body['operation'])).body).toEqual(body);
  expect(deleted.status).toBe(200);
  expect(simulator.exists('endless')).toBe(false);
});

test('what was cancelled and could not be deleted then keeps its id until it is deleted', async () => {
  const simulator = await simulatorInGateway(gateway, 'clinging');
  const plan = simulator.plan('sync');
  const deprovision = { times: 1, failWith: { status: 400 } };
  await osb.provision('clinging', plan, { parameters: { simulate: { ...HELD, deprovision } } }, patient);
  expect((await osb.deprovision('clinging', plan, patient)).status).toBe(400);
  expect(answer(await osb.provision('clinging', plan, {}, patient))).toEqual(busy);
  expect((await osb.deprovision('clinging', plan, patient)).status).toBe(200);
  expect((await osb.provision('clinging', plan, {}, patient)).status).toBe(201);
});
