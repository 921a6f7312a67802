import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
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
  plan = simulator.plan('sync');
});
beforeEach(() => {
  id = randomUUID();
});
afterAll(() => gateway.stop());

const patient = { acceptsIncomplete: true };
const held = { simulate: HELD };
const state = ({ status, body }: Answer): unknown[] => [status, body['state'] ?? body['error']];
const operationOf = ({ body }: Answer): string => body['operation'];

test('what never was has no last operation (LOI 182, LOB 206)', async () => {
  expect(state(await osb.lastOperation(id))).toEqual([404, 'NotFound']);
  expect(state(await osb.lastBindingOperation(id, 'b'))).toEqual([404, 'NotFound']);
  await osb.provision(id, plan);
  expect(state(await osb.lastBindingOperation(id, 'b'))).toEqual([404, 'NotFound']);
});

test('what was done at once has succeeded (LOI 198)', async () => {
  await osb.provision(id, plan);
  await osb.bind(id, 'b', plan);
  expect([await osb.lastOperation(id), await osb.lastBindingOperation(id, 'b')].map(state)).toEqual([[200, 'succeeded'], [200, 'succeeded']]);
});

test('without an operation the latest one is meant (LOI 191, G65)', async () => {
  await osb.provision(id, simulator.plan('failing'), {}, patient);
  expect(state(await osb.ended(id))).toEqual([200, 'failed']);
  const other = randomUUID();
  await osb.provision(other, plan);
  const failing = { simulate: { async: { outcome: 'failed', durationMs: 0 } } };
  await osb.update(other, plan.serviceId, { parameters: failing }, patient);
  expect(state(await osb.ended(other))).toEqual([200, 'failed']);
  await osb.update(other, plan.serviceId, { parameters: {} });
  expect(state(await osb.lastOperation(other))).toEqual([200, 'succeeded']);
});

test('an older operation keeps its end while a newer one runs and after it (G66)', async () => {
  const made = operationOf(await osb.provision(id, simulator.plan('async'), {}, patient));
  await osb.ended(id, made);
  const updated = operationOf(await osb.update(id, plan.serviceId, { parameters: held }, patient));
  expect([await osb.lastOperation(id, made), await osb.lastOperation(id, updated)].map(state)).toEqual([[200, 'succeeded'], [200, 'in progress']]);
  simulator.finish(id);
  await osb.ended(id, updated);
  expect(state(await osb.lastOperation(id, made))).toEqual([200, 'succeeded']);
});

test('an operation is known under its own instance or binding only (LOI 192, 202, LOB 207, G64)', async () => {
  const other = randomUUID();
  const made = operationOf(await osb.provision(id, plan, { parameters: held }, patient));
  await osb.provision(other, plan);
  const bound = operationOf(await osb.bind(other, 'b', plan, { parameters: held }, patient));
  const foreign = [
    await osb.lastOperation(other, made),
    await osb.lastOperation(other, bound),
    await osb.lastOperation(id, bound),
    await osb.lastBindingOperation(other, 'b', made),
    await osb.lastBindingOperation(other, 'c', bound),
    await osb.lastBindingOperation(id, 'b', bound),
    await osb.lastOperation(id, made.toUpperCase()),
  ];
  expect(foreign.map(state)).toEqual(foreign.map(() => [404, 'NotFound']));
  simulator.finish(other);
  expect(state(await osb.ended(other, bound, 'b'))).toEqual([200, 'succeeded']);
  expect(state(await osb.lastOperation(other))).toEqual([200, 'succeeded']);
});

test('whatever service and plan a poll names, it is answered (LOI 187-189)', async () => {
  await osb.provision(id, plan);
  for (const query of [{ service_id: 'nobodys' }, { plan_id: 'nobodys', service_id: plan.serviceId }, { service_id: '', plan_id: '' }]) {
    const path = `/v2/service_instances/${id}/last_operation`;
    expect((await osb.http.request('GET', path, { query })).status).toBe(200);
  }
});

test('the operations of an earlier life stay known when the id lives again (decision 2)', async () => {
  const made = operationOf(await osb.provision(id, simulator.plan('async'), {}, patient));
  await osb.ended(id, made);
  const deleted = operationOf(await osb.deprovision(id, simulator.plan('async'), patient));
  await osb.ended(id, deleted);
  expect(state(await osb.lastOperation(id))).toEqual([410, 'Gone']);
  const again = operationOf(await osb.provision(id, plan, { parameters: held }, patient));
  expect(await Promise.all([made, deleted, again].map(async (one) => state(await osb.lastOperation(id, one))))).toEqual([
    [200, 'succeeded'],
    [200, 'succeeded'],
    [200, 'in progress'],
  ]);
  expect(state(await osb.lastOperation(id))).toEqual([200, 'in progress']);
});

test('a binding that went with its instance is gone; its operation stays known (decision 10)', async () => {
  await osb.provision(id, plan);
  const bound = operationOf(await osb.bind(id, 'b', simulator.plan('sync'), { parameters: held }, patient));
  simulator.finish(id);
  await osb.ended(id, bound, 'b');
  await osb.deprovision(id, plan);
  expect([await osb.lastBindingOperation(id, 'b'), await osb.lastBindingOperation(id, 'b', bound)].map(state)).toEqual([
    [410, 'Gone'],
    [200, 'succeeded'],
  ]);
});

test('an operation is known to every gateway on the database before the 202 is out, and after a restart', async () => {
  const second = await TestGateway.start({ database: gateway.database });
  const made = await osb.provision(id, simulator.plan('async'), {}, patient);
  expect((await second.osb().lastOperation(id, operationOf(made))).status).toBe(200);
  await second.stop();
  expect(state(await osb.ended(id, operationOf(made)))).toEqual([200, 'succeeded']);
});

test('a poll is never answered 304 (G23)', async () => {
  await osb.provision(id, plan);
  const path = `/v2/service_instances/${id}/last_operation`;
  const first = await osb.http.request('GET', path);
  expect(first.headers).not.toHaveProperty('etag');
  expect((await osb.http.request('GET', path, { headers: { 'if-none-match': '*' } })).status).toBe(200);
});
