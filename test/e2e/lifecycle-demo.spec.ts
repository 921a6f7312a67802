import { TestGateway } from '../support/gateway.js';
import type { PlanIds } from '../support/osb-client.js';
import { Journey } from './journey.js';

let gateway: TestGateway;
let plan: PlanIds;
beforeAll(async () => {
  gateway = await TestGateway.start();
  plan = await gateway.plan('demo', 'demo');
});
afterAll(() => gateway.stop());

test.each([
  ['2.17', 'accepts incomplete operations', true],
  ['2.17', 'waits', false],
  ['2.13', 'accepts incomplete operations', true],
  ['2.13', 'waits', false],
])('a demo instance lives its whole life for a platform of version %s that %s', async (version, _how, acceptsIncomplete) => {
  const parameters = { provisionParameters: { a: 1 }, updateParameters: { b: null }, bindParameters: { c: [1] } };
  const journey = new Journey(gateway.osb(undefined, version), { plan, acceptsIncomplete, asyncBindings: false, ...parameters });
  await expect(journey.whole()).resolves.toBeUndefined();
});

test('the gateway keeps the parameters of a backend that keeps none: an update adds to them', async () => {
  const osb = gateway.osb();
  await osb.provision('kept', plan, { parameters: { a: 1, b: { c: 2 } } });
  await osb.update('kept', plan.serviceId, { parameters: { b: { d: 3 }, e: null } });
  expect((await osb.fetch('kept')).body['parameters']).toEqual({ a: 1, b: { d: 3 }, e: null });
  await osb.update('kept', plan.serviceId, { parameters: {} });
  expect((await osb.fetch('kept')).body['parameters']).toEqual({ a: 1, b: { d: 3 }, e: null });
});

test('the dashboard is told at once, and again whenever the instance is asked for', async () => {
  const osb = gateway.osb();
  const answers = [await osb.provision('dashboard', plan), await osb.provision('dashboard', plan), await osb.fetch('dashboard')];
  expect(answers.map(({ body }) => body['dashboard_url'])).toEqual(Array(3).fill('http://example.com'));
});

test('two bindings have credentials of their own, and one outlives the other', async () => {
  const osb = gateway.osb();
  await osb.provision('bound', plan);
  const [first, second] = [await osb.bind('bound', 'first', plan), await osb.bind('bound', 'second', plan)];
  expect(first.body['credentials']).not.toEqual(second.body['credentials']);
  await osb.unbind('bound', 'first', plan);
  expect((await osb.fetchBinding('bound', 'second')).body['credentials']).toEqual(second.body['credentials']);
});

test('bindings of an instance go with it, and the same ids start afresh', async () => {
  const osb = gateway.osb();
  await osb.provision('cascade', plan);
  const before = await osb.bind('cascade', 'b', plan);
  expect((await osb.deprovision('cascade', plan)).status).toBe(200);
  expect((await osb.unbind('cascade', 'b', plan)).status).toBe(410);
  expect((await osb.fetchBinding('cascade', 'b')).status).toBe(404);
  await osb.provision('cascade', plan, { parameters: { other: true } });
  const after = await osb.bind('cascade', 'b', plan);
  expect([after.status, after.body['credentials']]).toEqual([201, expect.not.objectContaining(before.body['credentials'])]);
});
