import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { eventually } from './eventually.js';
import { Journey } from './journey.js';
import { simulatorAsBroker, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
beforeAll(async () => {
  gateway = await TestGateway.start({ timings: { callMs: 400 } });
  osb = gateway.osb();
});
afterAll(() => gateway.stop());

describe('a backend in the gateway that does what it is told but breaks down the first time', () => {
  let simulator: SimulatorUnderTest;
  beforeAll(async () => {
    simulator = await simulatorInGateway(gateway, 'simulator');
  });

  test.each([
    ['accepts incomplete operations', true],
    ['waits', false],
  ])('is asked again until it answers: a platform that %s never sees it', async (_how, acceptsIncomplete) => {
    const plan = simulator.plan('flaky');
    const parameters = { provisionParameters: { a: 1 }, updateParameters: { a: 2 }, bindParameters: { b: 1 } };
    const journey = new Journey(osb, { plan, acceptsIncomplete, asyncBindings: true, answersGetLost: true, ...parameters });
    await journey.provision();
    await journey.update();
    await journey.bind();
    await journey.unbind();
    await journey.deprovision();
    // What a create or an update did is found by looking; a delete is asked again at once.
    expect(simulator.verbs(journey.instanceId)).toEqual(['provision', 'update', 'bind', 'unbind', 'unbind', 'deprovision', 'deprovision']);
    const operations = simulator.changes(journey.instanceId).map(({ operationId }) => operationId);
    expect(new Set(operations).size).toBe(5);
    expect(simulator.exists(journey.instanceId)).toBe(false);
  });
});

describe('a remote broker that does what it is told but answers 500 the first time', () => {
  let simulator: SimulatorUnderTest;
  let plan: PlanIds;
  let id: string;
  beforeAll(async () => {
    simulator = await simulatorAsBroker(gateway, 'broker');
    plan = simulator.plan('flaky');
  });
  beforeEach(() => {
    id = randomUUID();
  });
  afterAll(() => simulator.close());

  const isDeleted = () => eventually(() => osb.deprovision(id, plan, { acceptsIncomplete: true }), ({ status }) => status === 410);

  test.each([
    ['accepts incomplete operations', true],
    ['waits', false],
  ])('gives a platform that %s 502 for a create, which is cleaned up; then the id is fresh', async (_how, acceptsIncomplete) => {
    const failed = await osb.provision(id, plan, {}, { acceptsIncomplete });
    expect([failed.status, failed.body['error']]).toEqual([502, expect.any(String)]);
    await isDeleted();
    expect(simulator.exists(id)).toBe(false);
    expect((await osb.provision(id, plan, {}, { acceptsIncomplete })).status).toBe(201);
  });

  test('gives 502 for an update, and the instance stays as it was and can be used', async () => {
    const parameters = { a: 1, simulate: { update: { failWith: { status: 500 }, times: 1 } } };
    await osb.provision(id, simulator.plan('sync'), { parameters });
    const failed = await osb.update(id, plan.serviceId, { parameters: { a: 2 } });
    expect([failed.status, failed.body['error']]).toEqual([502, expect.any(String)]);
    expect((await osb.fetch(id)).body['parameters']).toEqual(parameters);
    expect((await osb.bind(id, 'b', simulator.plan('sync'))).status).toBe(201);
  });

  test.each([
    ['before it deletes', false],
    ['after it has deleted', true],
  ])('gives 502 for a delete that broke %s; the instance is remembered until a delete succeeds', async (_when, afterActing) => {
    const parameters = { simulate: { deprovision: { failWith: { status: 500 }, times: 1, afterActing } } };
    await osb.provision(id, simulator.plan('sync'), { parameters });
    const failed = await osb.deprovision(id, plan);
    expect([failed.status, failed.body['error']]).toEqual([502, expect.any(String)]);
    expect((await osb.fetch(id)).status).toBe(200);
    await isDeleted();
    expect(simulator.exists(id)).toBe(false);
  });
});
