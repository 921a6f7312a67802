import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { recorded } from './recorded.js';
import { HELD, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;
let plan: PlanIds;
let id: string;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
  simulator = await simulatorInGateway(gateway, 'simulator');
  plan = simulator.plan('updateable');
});
beforeEach(() => {
  id = randomUUID();
});
afterAll(() => gateway.stop());

const patient = { acceptsIncomplete: true };
const held = { simulate: HELD };

/** Each of these is refused as concurrent, asks nothing of the backend, and leaves no trace in the record (BLK 173). */
async function refused(...requests: (() => Promise<Answer>)[]): Promise<void> {
  const [asked, before] = [simulator.verbs(id), await recorded(gateway.database)];
  for (const send of requests) {
    const { status, body } = await send();
    expect([status, body]).toEqual([422, { error: 'ConcurrencyError', description: expect.stringContaining('try again') }]);
  }
  expect([simulator.verbs(id), await recorded(gateway.database)]).toEqual([asked, before]);
}

/** Lets what runs end, and waits until it has. */
const ended = (operation?: string, bindingId?: string): Promise<Answer> => {
  simulator.finish(id);
  return osb.ended(id, operation, bindingId);
};

const update = (more: object = {}, ask = {}) => osb.update(id, plan.serviceId, { parameters: { a: 2, ...more } }, ask);
const bind = (bindingId: string, more: object = {}, ask = {}) => osb.bind(id, bindingId, plan, { parameters: more }, ask);

describe('while an instance is being created', () => {
  let create: Answer;
  beforeEach(async () => {
    create = await osb.provision(id, plan, { parameters: held }, patient);
  });

  test('updates and binds are refused with and without the flag, and succeed afterwards (BLK 161, 162, 172)', async () => {
    await refused(() => update(), () => update({}, patient), () => bind('b'), () => bind('b', {}, patient));
    await ended(create.body['operation']);
    expect([(await update()).status, (await bind('b')).status]).toEqual([200, 201]);
  });

  test('a create with other attributes is a conflict, not concurrency (PRV 235)', async () => {
    for (const more of [{ parameters: {} }, { parameters: { ...held, b: 1 } }, { space_guid: 'other' }, { organization_guid: 'other' }]) {
      const { status, body } = await osb.provision(id, plan, { parameters: held, ...more }, patient);
      expect([status, body['error']]).toEqual([409, 'Conflict']);
    }
    expect((await osb.provision(id, simulator.plan('sync'), { parameters: held }, patient)).status).toBe(409);
    expect((await ended(create.body['operation'])).body['state']).toBe('succeeded');
  });

  test('it cannot be fetched yet, and its last operation is in progress (GIN 270, LOI 176, 194)', async () => {
    expect((await osb.fetch(id)).status).toBe(404);
    for (const operation of [undefined, create.body['operation']]) {
      const { status, body } = await osb.lastOperation(id, operation);
      expect([status, body['state']]).toEqual([200, 'in progress']);
    }
    await ended();
    expect((await osb.fetch(id)).status).toBe(200);
  });

  test('the same create without the flag waits for the end (decision 6)', async () => {
    const waiting = osb.provision(id, plan, { parameters: held });
    await ended();
    expect((await waiting).status).toBe(200);
    expect(simulator.verbs(id)).toEqual(['provision']);
  });
});

describe('while an instance is being updated', () => {
  let running: Answer;
  beforeEach(async () => {
    await osb.provision(id, plan, { parameters: { a: 1 } });
    await bind('b');
    running = await update(held, patient);
  });

  test('another update, a bind and an unbind are refused, and the first one is unaffected (BLK 163, UNB 406)', async () => {
    await refused(
      () => update({ other: 1 }, patient),
      () => update(),
      () => osb.update(id, plan.serviceId, { plan_id: simulator.plan('sync').planId, parameters: { a: 2, ...held } }),
      () => bind('c', {}, patient),
      () => osb.unbind(id, 'b', plan, patient),
    );
    expect((await ended(running.body['operation'])).body).toEqual({ state: 'succeeded' });
    expect((await osb.fetch(id)).body['parameters']).toEqual({ a: 2, ...held });
  });

  test('the same update joins it: with the flag by its operation, without by waiting (UPD 286)', async () => {
    const again = await update(held, patient);
    expect([again.status, again.body['operation']]).toEqual([202, running.body['operation']]);
    await ended();
    // Ends by the clock: a request that waits cannot be seen to have arrived, and one that is late is an update of its own.
    const inTime = { simulate: { async: { durationMs: 1_500 } } };
    const answers = await Promise.all([update(inTime), update(inTime), update(inTime)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(simulator.verbs(id)).toEqual(['provision', 'bind', 'update', 'update']);
  });

  test('one that brings another context is a change of its own: it must not get lost in the first', async () => {
    const renamed = { parameters: { a: 2, ...held }, context: { platform: 'cloudfoundry', instance_name: 'new' } };
    await refused(() => osb.update(id, plan.serviceId, renamed, patient));
    await ended();
    expect((await osb.update(id, plan.serviceId, { context: renamed.context })).status).toBe(200);
    expect(simulator.changes(id).at(-1)?.context).toBe(JSON.stringify(renamed.context));
  });

  test('it cannot be fetched, its binding can, and both are what they were (GIN 272)', async () => {
    const { status, body } = await osb.fetch(id);
    expect([status, body['error']]).toEqual([422, 'ConcurrencyError']);
    expect((await osb.fetchBinding(id, 'b')).status).toBe(200);
    expect((await osb.lastBindingOperation(id, 'b')).body).toEqual({ state: 'succeeded' });
    await ended();
  });
});

describe('while an instance is being deleted', () => {
  beforeEach(async () => {
    await osb.provision(id, plan, { parameters: { simulate: { deprovision: HELD } } });
    await osb.deprovision(id, plan, patient);
  });

  test('creates, updates and binds are refused; then the id is fresh (BLK 167, 168)', async () => {
    const recreate = (ask = {}) => osb.provision(id, plan, { parameters: { simulate: { deprovision: HELD } } }, ask);
    await refused(recreate, () => recreate(patient), () => update({}, patient), () => bind('b'));
    expect((await ended()).status).toBe(410);
    expect((await recreate()).status).toBe(201);
  });
});

test('while an instance that was never complete is being deleted, updates and binds are refused as well, not unknown (BLK 167)', async () => {
  const slowly = { simulate: { ...HELD, deprovision: HELD } };
  await osb.provision(id, plan, { parameters: slowly }, patient);
  await osb.deprovision(id, plan, patient);
  await refused(() => update(), () => update({}, patient), () => bind('b'), () => bind('b', {}, patient));
  expect((await ended()).status).toBe(410);
  expect([(await update()).status, (await bind('b')).status]).toEqual([404, 404]);
});

describe('while a binding is being made or removed', () => {
  beforeEach(() => osb.provision(id, plan));

  test('updates are refused, other bindings are not, and it cannot be fetched yet (BLK 169, GBN 385)', async () => {
    const running = await bind('b', held, patient);
    await refused(() => update(), () => update({}, patient));
    expect((await bind('c')).status).toBe(201);
    expect([(await osb.fetchBinding(id, 'b')).status, (await osb.fetchBinding(id, 'c')).status]).toEqual([404, 200]);
    expect((await osb.lastBindingOperation(id, 'b')).body['state']).toBe('in progress');
    expect((await osb.lastOperation(id)).body).toEqual({ state: 'succeeded' });
    await ended(running.body['operation'], 'b');
    expect([(await update()).status, (await osb.fetchBinding(id, 'b')).status]).toEqual([200, 200]);
  });

  test('the same bind joins it and other parameters are a conflict (BND 321, 323)', async () => {
    const running = await bind('b', held, patient);
    const again = await bind('b', held, patient);
    expect([again.status, again.body]).toEqual([202, running.body]);
    expect((await bind('b', { ...held, other: 1 }, patient)).status).toBe(409);
    const waiting = bind('b', held);
    await ended(running.body['operation'], 'b');
    const waited = await waiting;
    expect([waited.status, waited.body['credentials']]).toEqual([200, expect.any(Object)]);
    expect(simulator.verbs(id)).toEqual(['provision', 'bind']);
  });

  test('during its unbind a bind of the same id is refused, and then it is fresh', async () => {
    const first = await bind('b', { simulate: { unbind: HELD } });
    await osb.unbind(id, 'b', plan, patient);
    await refused(() => bind('b', { simulate: { unbind: HELD } }), () => bind('b', {}, patient));
    expect((await ended(undefined, 'b')).status).toBe(410);
    const second = await bind('b');
    expect([second.status, second.body['credentials']]).toEqual([201, expect.not.objectContaining(first.body['credentials'])]);
  });
});
