import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { recorded } from './recorded.js';
import { SIMULATORS, type SimulatorUnderTest } from './simulators.js';

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
const seen = ({ status, text, headers: { date: _, ...headers } }: Answer): unknown => ({ status, text, headers });

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

  const verbs: [string, (instanceId: string, bindingId: string, operation: string) => Promise<Answer>][] = [
    ['fetches it', (id) => stranger.fetch(id)],
    ['updates it', (id) => stranger.update(id, simulator.plan('sync').serviceId, { parameters: { a: 1 } })],
    ['updates it, patiently', (id) => stranger.update(id, simulator.plan('sync').serviceId, {}, patient)],
    ['deletes it', (id) => stranger.deprovision(id, simulator.plan('sync'))],
    ['deletes it, patiently', (id) => stranger.deprovision(id, simulator.plan('sync'), patient)],
    ['asks for its last operation', (id) => stranger.lastOperation(id)],
    ['asks for its last operation by name', (id, _binding, operation) => stranger.lastOperation(id, operation)],
    ['binds it', (id) => stranger.bind(id, 'mine', simulator.plan('sync'))],
    ['binds it by the id of its binding', (id, binding) => stranger.bind(id, binding, simulator.plan('sync'), {}, patient)],
    ['rotates its binding', (id, binding) => stranger.bind(id, 'mine', simulator.plan('rotatable'), { predecessor_binding_id: binding })],
    ['fetches its binding', (id, binding) => stranger.fetchBinding(id, binding)],
    ['unbinds it', (id, binding) => stranger.unbind(id, binding, simulator.plan('sync'))],
    ['unbinds it, patiently', (id, binding) => stranger.unbind(id, binding, simulator.plan('sync'), patient)],
    ["asks for its binding's last operation", (id, binding) => stranger.lastBindingOperation(id, binding)],
    [
      "asks for its binding's last operation by name",
      (id, binding, operation) => stranger.lastBindingOperation(id, binding, operation),
    ],
  ];

  test.each(verbs)('a platform that %s cannot tell a foreign instance from one that never was', async (_what, ask) => {
    const [calls, before] = [simulator.ledger.calls.filter(isNoPoll).length, await recorded(gateway.database)];
    const unknown = seen(await ask('never-was', 'never-was', 'never-was'));
    expect(seen(await ask(`${prefix}-i`, 'b', operations.binding))).toEqual(unknown);
    expect(seen(await ask(`${prefix}-async`, 'b', operations.instance))).toEqual(unknown);
    expect(seen(await ask(`${prefix}-running`, 'b', operations.running))).toEqual(unknown);
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

  test('the backend is told which platform asks', async () => {
    const id = `${prefix}-whose`;
    await stranger.provision(id, simulator.plan('sync'));
    const platforms = new Set(simulator.changes(id).map(({ platformId }) => platformId));
    const others = new Set(simulator.changes(`${prefix}-i`).map(({ platformId }) => platformId));
    if (where === 'in the gateway') expect(platforms).not.toEqual(others);
    await stranger.deprovision(id, simulator.plan('sync'));
  });
});

/** The runner goes on polling what runs, whoever asks meanwhile. */
const isNoPoll = ({ verb }: { verb: string }): boolean => !verb.startsWith('last');
