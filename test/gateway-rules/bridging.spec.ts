import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { neverAnswer, reply } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let strict: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { budgetMs: 2_500, callMs: 2_000 } });
  broker = await stage.backend('slow', { bindings_retrievable: true });
  strict = await stage.backend('strict');
  await stage.admin.ask('PATCH', '/backends/slow', { body: { policy: { promoteAfterMs: 200 } } });
  await stage.admin.ask('PATCH', '/backends/strict', { body: { planPolicies: { 'strict-plan': { bridgeSync: false } } } });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
  strict.forget();
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };

test('G49: a backend that takes its time is finished in the background where the platform can come back', async () => {
  const create = held(reply(201, { dashboard_url: 'https://dashboard.example/late' }));
  broker.when('PUT', 'instance', create.script);
  const { status, body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
  expect([status, (await osb.lastOperation(id, body.operation)).body.state]).toEqual([202, 'in progress']);
  create.release();
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  expect((await osb.fetch(id)).body.dashboard_url).toBe('https://dashboard.example/late');
  expect(broker.asked('PUT', 'instance')).toHaveLength(1);
});

test('G50: where it cannot, it is told in time that it failed, and what comes of it is removed', async () => {
  broker.when('PUT', 'instance', neverAnswer);
  const { status, body } = await osb.provision(id, broker.plan);
  expect([status, body.error]).toEqual([504, expect.any(String)]);
  await eventually(() => osb.deprovision(id, broker.plan, ACCEPTS), (answer) => answer.status === 410);
  expect(broker.asked('DELETE', 'instance').length).toBeGreaterThan(0);
});

test('G51, P14: the gateway waits for an asynchronous backend where the platform cannot', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' }));
  expect((await osb.provision(id, broker.plan)).status).toBe(201);
  broker.when('DELETE', 'instance', reply(202, { operation: 'o' }));
  expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
});

describe('issue 10, line 6: where the operator turned waiting off for a plan, its broker decides', () => {
  const asksIncomplete = (method: string, subject: 'instance' | 'binding') =>
    strict.asked(method, subject).map(({ url }) => new URL(url, 'http://broker').searchParams.get('accepts_incomplete'));
  const asyncRequired = reply(422, { error: 'AsyncRequired', description: 'This plan takes its time.' });

  test('G51: a broker that cannot complete a create at once says so itself, and nothing is left', async () => {
    strict.when('PUT', 'instance', asyncRequired);
    const { status, body } = await osb.provision(id, strict.plan);
    expect([status, body.error, body.description, strict.changes]).toEqual([422, 'AsyncRequired', 'This plan takes its time.', ['PUT instance']]);
    expect(asksIncomplete('PUT', 'instance')).toEqual([null]);
    strict.forget();
    expect((await osb.provision(id, strict.plan, {}, ACCEPTS)).status).toBe(201);
    expect(asksIncomplete('PUT', 'instance')).toEqual(['true']);
  });

  test('a client of 2.13 binds and unbinds where its broker does that at once', async () => {
    const client = stage.gateway.osb(undefined, '2.13');
    await client.provision(id, strict.plan, {}, ACCEPTS);
    const { status, body } = await client.bind(id, 'b', strict.plan);
    expect([status, body.credentials]).toEqual([201, { password: 'p' }]);
    expect((await client.unbind(id, 'b', strict.plan)).status).toBe(200);
    expect([...asksIncomplete('PUT', 'binding'), ...asksIncomplete('DELETE', 'binding')]).toEqual([null, null]);
  });

  test('a backend without asynchronous verbs completes what it is asked', async () => {
    const plan = await stage.gateway.plan('demo', 'demo');
    await stage.admin.ask('PATCH', '/backends/demo', { body: { planPolicies: { [plan.planId]: { bridgeSync: false } } } });
    const answers = [await osb.provision(id, plan), await osb.bind(id, 'b', plan), await osb.unbind(id, 'b', plan), await osb.deprovision(id, plan)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 200]);
  });

  test('an update or a delete that its broker refuses so changes nothing', async () => {
    await osb.provision(id, strict.plan);
    strict.when('PATCH', 'instance', asyncRequired).when('DELETE', 'instance', asyncRequired);
    const update = await osb.update(id, strict.plan.serviceId, { parameters: { size: 2 } });
    const deletion = await osb.deprovision(id, strict.plan);
    expect([update, deletion].map(({ status, body }) => [status, body.error])).toEqual([[422, 'AsyncRequired'], [422, 'AsyncRequired']]);
    strict.forget();
    expect((await osb.deprovision(id, strict.plan)).status).toBe(200);
  });
});

test('G53, P19: a slow bind becomes one that the platform comes back for, and its credentials can be had', async () => {
  await osb.provision(id, broker.plan);
  const bind = held(reply(201, { credentials: { password: 'late' } }));
  broker.when('PUT', 'binding', bind.script);
  const { status, body } = await osb.bind(id, 'b', broker.plan, {}, ACCEPTS);
  expect(status).toBe(202);
  bind.release();
  expect((await osb.ended(id, body.operation, 'b')).body.state).toBe('succeeded');
  expect((await osb.fetchBinding(id, 'b')).body.credentials).toEqual({ password: 'late' });
});

test('G53: not for a client of 2.13, which knows no such bind', async () => {
  const client = stage.gateway.osb(undefined, '2.13');
  await client.provision(id, broker.plan);
  const bind = held(reply(201, { credentials: { password: 'late' } }));
  broker.when('PUT', 'binding', bind.script);
  const answer = client.bind(id, 'b', broker.plan, {}, ACCEPTS);
  await eventually(async () => broker.asked('PUT', 'binding').length, (count) => count >= 1);
  bind.release();
  expect((await answer).status).toBe(201);
});

test('G54: a bind that ends late at a backend whose bindings cannot be read is undone: nobody could have its credentials', async () => {
  await osb.provision(id, strict.plan, {}, ACCEPTS);
  strict.when('PUT', 'binding', reply(202, { operation: 'b' }));
  const { status } = await osb.bind(id, 'b', strict.plan, {}, ACCEPTS);
  expect(status).toBe(502);
  await eventually(async () => strict.asked('DELETE', 'binding').length, (count) => count >= 1);
});
