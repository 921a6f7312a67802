import { randomUUID } from 'node:crypto';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;
const SECRET = 'dashboard-client-secret-7f3a';
const CLIENT = { id: 'acme-dashboard', secret: SECRET, redirect_uri: 'https://dashboard.example' };

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('acme', { dashboard_client: CLIENT, allow_context_updates: true }, { plan: { binding_rotatable: true } });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const CONTEXT = '{"platform":"cloudfoundry","organization_guid":"o","signature":"ä/\\u002b","10":1,"2":2.0}';
const bodyWith = (context: string): string =>
  `{"service_id":"acme-service","plan_id":"acme-plan","organization_guid":"o","space_guid":"s","context":${context}}`;

test.each([[201], [202]])('G108: a dashboard in a %d is told with the answer and with every fetch', async (status) => {
  broker.when('PUT', 'instance', reply(status, { dashboard_url: 'https://dashboard.example/i?a=b#c', operation: 'o' }));
  const made = await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
  expect(made).toMatchObject({ status, body: { dashboard_url: 'https://dashboard.example/i?a=b#c' } });
  await osb.ended(id, made.body.operation);
  expect((await osb.fetch(id)).body.dashboard_url).toBe('https://dashboard.example/i?a=b#c');
});

test('G108: an update that is accepted tells the dashboard there is, or the one there is going to be', async () => {
  broker.when('PUT', 'instance', reply(201, { dashboard_url: 'https://dashboard.example/old' }));
  await osb.provision(id, broker.plan);
  broker.when('PATCH', 'instance', reply(202, { operation: 'u' }), reply(202, { operation: 'v', dashboard_url: 'https://dashboard.example/new' }));
  for (const dashboard_url of ['https://dashboard.example/old', 'https://dashboard.example/new']) {
    const { status, body } = await osb.update(id, broker.plan.serviceId, { parameters: { for: dashboard_url } }, { acceptsIncomplete: true });
    expect([status, body]).toEqual([202, { operation: expect.any(String), dashboard_url }]);
    await osb.ended(id, body.operation);
  }
});

test('G108, P6: no dashboard is no member, never null', async () => {
  broker.when('PUT', 'instance', reply(201, { dashboard_url: null }));
  expect((await osb.provision(id, broker.plan)).body).toEqual({});
  expect((await osb.fetch(id)).body).not.toHaveProperty('dashboard_url');
});

test('G109: the secret of a dashboard client is shown to platforms and nobody else', async () => {
  const { text } = await osb.catalog();
  expect(text).toContain(SECRET);
  const seen = [(await stage.admin.get('/catalog')).text, (await stage.admin.get('/backends/acme')).text, ...stage.gateway.logLines];
  expect(seen.filter((each) => each.includes(SECRET))).toEqual([]);
});

test('G110: a context reaches the backend as it was sent, to the byte', async () => {
  await osb.http.request('PUT', `/v2/service_instances/${id}`, { raw: bodyWith(CONTEXT) });
  const changed = CONTEXT.replace('"o"', '"moved"');
  await osb.http.request('PATCH', `/v2/service_instances/${id}`, { raw: `{"service_id":"acme-service","context":${changed}}` });
  expect(broker.asked('PUT', 'instance')[0]?.body).toContain(`"context":${CONTEXT}`);
  expect(broker.asked('PATCH', 'instance')[0]?.body).toContain(`"context":${changed}`);
});

test('G111, G112: a rotation names its predecessor; what it leaves out the gateway knows', async () => {
  await osb.provision(id, broker.plan);
  await osb.bind(id, 'old', broker.plan);
  const answer = await osb.http.request('PUT', `/v2/service_instances/${id}/service_bindings/new`, { body: { predecessor_binding_id: 'old' } });
  expect(answer.status).toBe(201);
  expect(JSON.parse(broker.asked('PUT', 'binding')[1]?.body ?? '')).toMatchObject({
    service_id: 'acme-service',
    plan_id: 'acme-plan',
    predecessor_binding_id: 'old',
  });
});

test('G111: what is no living binding of this instance cannot be rotated', async () => {
  const other = randomUUID();
  for (const each of [id, other]) await osb.provision(each, broker.plan);
  await osb.bind(other, 'elsewhere', broker.plan);
  for (const predecessor_binding_id of ['elsewhere', 'never']) {
    expect((await osb.bind(id, 'new', broker.plan, { predecessor_binding_id })).status).toBe(400);
  }
  expect(broker.asked('PUT', 'binding')).toHaveLength(1);
});

test('G114: a platform’s login opens nothing of the operators’, nor theirs anything of the platforms’', async () => {
  expect((await osb.http.request('GET', '/admin/v1/backends')).status).toBe(401);
  expect((await stage.gateway.admin().request('GET', '/v2/catalog', { headers: { 'x-broker-api-version': '2.17' } })).status).toBe(401);
});
