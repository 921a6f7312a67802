import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { recorded } from './recorded.js';
import { SIMULATORS, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let owner: OsbClient;
let stranger: OsbClient;
beforeAll(async () => {
  gateway = await TestGateway.start();
  owner = gateway.osb();
  stranger = await gateway.platform('stranger', 'kubernetes');
});
afterAll(() => gateway.stop());

const patient = { acceptsIncomplete: true };

/** All a platform can see of an answer, but for the time it was sent. */
const seen = ({ status, text, headers }: Answer): unknown => ({ status, text, headers: { ...headers, date: 'any' } });

interface Target {
  readonly instanceId: string;
  readonly bindingId: string;
  readonly operation: string;
  readonly plan: PlanIds;
}

/** Every verb there is, but for the create: that one makes an instance of one's own. */
const VERBS: readonly (readonly [string, (osb: OsbClient, target: Target) => Promise<Answer>])[] = [
  ['fetches it', (osb, { instanceId }) => osb.fetch(instanceId)],
  ['updates it', (osb, { instanceId, plan }) => osb.update(instanceId, plan.serviceId, { parameters: { a: 1 } })],
  ['updates it patiently', (osb, { instanceId, plan }) => osb.update(instanceId, plan.serviceId, {}, patient)],
  ['deletes it', (osb, { instanceId, plan }) => osb.deprovision(instanceId, plan)],
  ['deletes it patiently', (osb, { instanceId, plan }) => osb.deprovision(instanceId, plan, patient)],
  ['asks for its last operation', (osb, { instanceId }) => osb.lastOperation(instanceId)],
  ['asks for its last operation by name', (osb, { instanceId, operation }) => osb.lastOperation(instanceId, operation)],
  ['binds it', (osb, { instanceId, plan }) => osb.bind(instanceId, 'mine', plan)],
  ['binds it by the id of its binding', (osb, { instanceId, bindingId, plan }) => osb.bind(instanceId, bindingId, plan, {}, patient)],
  [
    'rotates its binding',
    (osb, { instanceId, bindingId, plan }) => osb.bind(instanceId, 'mine', plan, { predecessor_binding_id: bindingId }),
  ],
  ['fetches its binding', (osb, { instanceId, bindingId }) => osb.fetchBinding(instanceId, bindingId)],
  ['unbinds it', (osb, { instanceId, bindingId, plan }) => osb.unbind(instanceId, bindingId, plan)],
  ['unbinds it patiently', (osb, { instanceId, bindingId, plan }) => osb.unbind(instanceId, bindingId, plan, patient)],
  ["asks for its binding's last operation", (osb, { instanceId, bindingId }) => osb.lastBindingOperation(instanceId, bindingId)],
  [
    "asks for its binding's last operation by name",
    (osb, { instanceId, bindingId, operation }) => osb.lastBindingOperation(instanceId, bindingId, operation),
  ],
];

describe.each(SIMULATORS)('with a simulator %s', (where, start) => {
  const prefix = where.replaceAll(' ', '-');
  let simulator: SimulatorUnderTest;
  /** Operations of the owner: of its instance, its binding, and of an instance whose create still runs. */
  let operations: { readonly instance: string; readonly binding: string; readonly running: string };

  beforeAll(async () => {
    simulator = await start(gateway, prefix);
    const [async, bindable] = [simulator.plan('async'), simulator.plan('async-bind')];
    const bound = await owner.provision(`${prefix}-i`, bindable, {}, patient);
    expect(bound.status).toBe(201);
    const binding = await owner.bind(`${prefix}-i`, 'b', bindable, {}, patient);
    await owner.ended(`${prefix}-i`, binding.body['operation'], 'b');
    const made = await owner.provision(`${prefix}-async`, async, {}, patient);
    await owner.ended(`${prefix}-async`, made.body['operation']);
    const endless = { parameters: { simulate: { async: { outcome: 'never' } } } };
    const running = await owner.provision(`${prefix}-running`, simulator.plan('sync'), endless, patient);
    operations = { instance: made.body['operation'], binding: binding.body['operation'], running: running.body['operation'] };
  });
  afterAll(() => simulator.close());

  test.each(VERBS)('a platform that %s cannot tell a foreign instance from one that never was', async (_what, ask) => {
    const [calls, before] = [simulator.ledger.calls.filter(isNoPoll).length, await recorded(gateway.database)];
    for (const [instanceId, planName, operation] of [
      [`${prefix}-i`, 'async-bind', operations.binding],
      [`${prefix}-async`, 'async', operations.instance],
      [`${prefix}-running`, 'sync', operations.running],
    ] as const) {
      const plan = simulator.plan(planName);
      const unknown = await ask(stranger, { instanceId: 'never-was', bindingId: 'never-was', operation: 'never-was', plan });
      expect(seen(await ask(stranger, { instanceId, bindingId: 'b', operation, plan }))).toEqual(seen(unknown));
      expect(unknown.status).toBeGreaterThanOrEqual(400);
    }
    expect(simulator.ledger.calls.filter(isNoPoll)).toHaveLength(calls);
    expect(await recorded(gateway.database)).toEqual(before);
  });

  test('the owner still has it all', async () => {
    expect((await owner.fetch(`${prefix}-i`)).status).toBe(200);
    expect((await owner.fetchBinding(`${prefix}-i`, 'b')).status).toBe(200);
    expect((await owner.lastOperation(`${prefix}-running`)).body['state']).toBe('in progress');
  });

  test('two platforms may use one id: each has an instance of its own, known by two ids at the backend', async () => {
    const [id, plan] = [`${prefix}-shared`, simulator.plan('sync')];
    const first = await owner.provision(id, plan, { parameters: { of: 'owner' } });
    const second = await stranger.provision(id, plan, { parameters: { of: 'stranger' } });
    expect([first.status, second.status]).toEqual([201, 201]);
    const ours = simulator.ledger.inventory.instances().filter(({ parameters }) => parameters?.includes('"of":'));
    expect(ours.map(({ instanceId }) => instanceId)).toEqual([id, expect.stringMatching(/^[0-9a-f-]{36}$/)]);

    const bindings = await Promise.all([owner.bind(id, 'b', plan), stranger.bind(id, 'b', plan)]);
    expect(bindings.map(({ status }) => status)).toEqual([201, 201]);
    expect(bindings[0]?.body['credentials']).not.toEqual(bindings[1]?.body['credentials']);
    expect((await owner.fetch(id)).body['parameters']).toEqual({ of: 'owner' });
    expect((await stranger.fetch(id)).body['parameters']).toEqual({ of: 'stranger' });

    expect((await owner.deprovision(id, plan)).status).toBe(200);
    expect((await owner.fetch(id)).status).toBe(404);
    expect((await stranger.fetchBinding(id, 'b')).body['credentials']).toEqual(bindings[1]?.body['credentials']);
    expect((await stranger.deprovision(id, plan)).status).toBe(200);
    expect(ours.some(({ instanceId }) => simulator.exists(instanceId))).toBe(false);
  });

  test('an operation of the owner is unknown under an instance of the same id of another platform', async () => {
    const id = `${prefix}-async`;
    await stranger.provision(id, simulator.plan('sync'));
    expect((await stranger.lastOperation(id, operations.instance)).status).toBe(404);
    expect((await owner.lastOperation(id, operations.instance)).body['state']).toBe('succeeded');
    expect((await stranger.deprovision(id, simulator.plan('sync'))).status).toBe(200);
    expect((await owner.fetch(id)).status).toBe(200);
  });
});

test('a backend is told which platform asks', async () => {
  const simulator = await simulatorInGateway(gateway, 'told');
  await owner.provision('of-owner', simulator.plan('sync'));
  await stranger.provision('of-stranger', simulator.plan('sync'));
  const platforms = simulator.ledger.calls.map(({ platformId }) => platformId);
  expect(new Set(platforms).size).toBe(2);
});

/** The runner goes on polling what runs, whoever asks meanwhile. */
const isNoPoll = ({ verb }: { verb: string }): boolean => !verb.startsWith('last');
