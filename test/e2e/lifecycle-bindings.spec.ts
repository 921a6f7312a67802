import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { SIMULATORS, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let id: string;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
});
beforeEach(() => {
  id = randomUUID();
});
afterAll(() => gateway.stop());

const outcome = ({ status, body }: Answer): unknown[] => [status, body['error']];

describe.each(SIMULATORS)('with a simulator %s', (where, start) => {
  let simulator: SimulatorUnderTest;
  let sync: PlanIds;
  beforeAll(async () => {
    simulator = await start(gateway, where.replaceAll(' ', '-'));
    sync = simulator.plan('sync');
  });
  afterAll(() => simulator.close());

  test('a plan that is not bindable is not bound, and the backend is not asked (BND 333)', async () => {
    const plan = simulator.plan('not-bindable');
    await osb.provision(id, plan);
    expect(outcome(await osb.bind(id, 'b', plan))).toEqual([400, 'BadRequest']);
    expect(simulator.verbs(id)).toEqual(['provision']);
  });

  test.each([
    ['an app', { app_guid: 'app', bind_resource: { app_guid: 'app', space_guid: 's', app_annotations: {} } }],
    ['an app in the resource only', { bind_resource: { app_guid: 'app' } }],
    ['an app on top only', { app_guid: 'app' }],
    ['a service key', { bind_resource: {} }],
    ['a service key with a credential client', { bind_resource: { credential_client_id: 'c' } }],
    ['what Korifi sends', { app_guid: '', parameters: null }],
    ['a context', { context: { platform: 'kubernetes', namespace: 'n', clusterid: 'c' } }],
  ])('a bind for %s is served (BND 334-338, CTX 456, 457)', async (_what, more) => {
    await osb.provision(id, sync);
    const bound = await osb.bind(id, 'b', sync, more);
    expect([bound.status, bound.body['credentials']]).toEqual([201, { username: expect.any(String), password: expect.any(String) }]);
    expect((await osb.bind(id, 'b', sync, more)).body['credentials']).toEqual(bound.body['credentials']);
  });

  test("drains, routes and volumes the offering did not announce stay out of the platform's sight (BND 343, 346, 348, GBN 390)", async () => {
    const answer = {
      syslogDrainUrl: 'syslog://drain.example',
      routeServiceUrl: 'https://route.example',
      volumeMounts: [],
      endpoints: [{ host: 'db.example', ports: ['5432', '9000-9010'], protocol: 'tcp' }],
      metadata: { expires_at: '2099-12-31T23:59:59.0Z', renew_before: '2099-11-30T23:59:59.0Z' },
    };
    await osb.provision(id, sync);
    const send = () => osb.bind(id, 'b', sync, { parameters: { simulate: { answer } } });
    const { endpoints, metadata } = answer;
    for (const { body } of [await send(), await send(), await osb.fetchBinding(id, 'b')]) {
      const { parameters: _parameters, ...seen } = body;
      expect(seen).toEqual({ credentials: expect.any(Object), endpoints, metadata });
    }
    const older = await gateway.osb(undefined, '2.14').fetchBinding(id, 'b');
    expect(older.body).not.toHaveProperty('endpoints');
  });

  test('the same binding id under two instances is two bindings, and each is found under its own only (BND 327, UNB 413)', async () => {
    const other = randomUUID();
    await osb.provision(id, sync);
    await osb.provision(other, sync);
    const bound = [await osb.bind(id, 'b', sync), await osb.bind(other, 'b', sync), await osb.bind(id, 'mine', sync)];
    expect(bound[0]?.body['credentials']).not.toEqual(bound[1]?.body['credentials']);
    expect([(await osb.fetchBinding(other, 'mine')).status, (await osb.lastBindingOperation(other, 'mine')).status]).toEqual([404, 404]);
    expect((await osb.unbind(other, 'mine', sync)).status).toBe(410);
    expect((await osb.unbind(other, 'b', sync)).status).toBe(200);
    expect((await osb.fetchBinding(id, 'b')).body['credentials']).toEqual(bound[0]?.body['credentials']);
    expect((await osb.fetchBinding(id, 'mine')).status).toBe(200);
  });

  test('a bind of an instance that never was is 404, its unbind 410 (BND 331, UNB 402, 403)', async () => {
    expect(outcome(await osb.bind(id, 'b', sync))).toEqual([404, 'NotFound']);
    expect(outcome(await osb.unbind(id, 'b', sync))).toEqual([410, 'Gone']);
    await osb.provision(id, sync);
    expect(outcome(await osb.unbind(id, 'b', sync))).toEqual([410, 'Gone']);
    expect(outcome(await osb.fetchBinding(id, 'b'))).toEqual([404, 'NotFound']);
  });

  test('an unbind tolerates the plan of before a change of plan (UNB 408)', async () => {
    await osb.provision(id, simulator.plan('updateable'));
    await osb.bind(id, 'b', simulator.plan('updateable'));
    await osb.update(id, sync.serviceId, { plan_id: sync.planId });
    expect((await osb.unbind(id, 'b', simulator.plan('updateable'))).status).toBe(200);
  });

  test.each([
    ['RequiresApp', 422, 'RequiresApp'],
    ['AsyncRequired', 422, 'AsyncRequired'],
    ['QuotaExceeded', 400, 'QuotaExceeded'],
  ])("a backend's 422 %s comes as %d: Cloud Foundry cleans up after a 422 it does not know (G97, G100)", async (error, ...expected) => {
    const parameters = { simulate: { failWith: { status: 422, error, description: 'No.' } } };
    await osb.provision(id, sync);
    const bound = await osb.bind(id, 'b', sync, { parameters });
    const made = await osb.provision(randomUUID(), sync, { parameters });
    expect([bound, made].map((answer) => [...outcome(answer), answer.body['description']])).toEqual([[...expected, 'No.'], [...expected, 'No.']]);
    expect((await osb.unbind(id, 'b', sync)).status).toBe(410);
  });
});
