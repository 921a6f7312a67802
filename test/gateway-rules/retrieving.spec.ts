import { randomUUID } from 'node:crypto';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let plain: ScriptedBroker;
let retrievable: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  plain = await stage.backend('plain', {}, { plan: { maintenance_info: { version: '1.0.0' } } });
  retrievable = await stage.backend('retrievable', { instances_retrievable: true, bindings_retrievable: true });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  plain.forget();
  retrievable.forget();
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const shown = async (service: string): Promise<Record<string, unknown>> =>
  (await osb.catalog()).body.services.find(({ name }: { name: string }) => name === service);

test('G14, G107, P19: what every backend can be asked for through the gateway is published as such', async () => {
  for (const name of ['plain', 'retrievable']) {
    expect(await shown(name)).toMatchObject({ instances_retrievable: true, bindings_retrievable: true });
  }
});

test('G102: an instance of a backend that cannot be asked is told from what is known, before and after a failed update', async () => {
  plain.when('PUT', 'instance', reply(201, { dashboard_url: 'https://dashboard.example/1' }));
  await osb.provision(id, plain.plan, { parameters: { a: 1 }, maintenance_info: { version: '1.0.0' } });
  const known = {
    service_id: plain.plan.serviceId,
    plan_id: plain.plan.planId,
    dashboard_url: 'https://dashboard.example/1',
    parameters: { a: 1 },
    maintenance_info: { version: '1.0.0' },
  };
  expect((await osb.fetch(id)).body).toEqual(known);
  await osb.update(id, plain.plan.serviceId, { parameters: { a: 2 } });
  plain.when('PATCH', 'instance', reply(400, { description: 'No.' }));
  await osb.update(id, plain.plan.serviceId, { parameters: { a: 3 } });
  expect((await osb.fetch(id)).body).toEqual({ ...known, parameters: { a: 2 } });
  expect(plain.asked('GET', 'instance')).toEqual([]);
});

test('G103: an instance is asked for at a backend that can tell; if it does not answer, from what is known', async () => {
  await osb.provision(id, retrievable.plan);
  const told = { service_id: 'retrievable-service', plan_id: 'retrievable-plan', dashboard_url: 'https://dashboard.example/2', parameters: { out: 'of band' } };
  retrievable.when('GET', 'instance', reply(200, told), reply(500, {}));
  expect((await osb.fetch(id)).body).toEqual(told);
  expect((await osb.fetch(id)).body).toEqual({ service_id: 'retrievable-service', plan_id: 'retrievable-plan' });
});

test('G104: what is not ready cannot be fetched, whatever the backend says', async () => {
  retrievable
    .when('GET', 'instance', reply(200, { service_id: 'retrievable-service', plan_id: 'retrievable-plan' }))
    .when('PUT', 'instance', reply(202, { operation: 'c' }))
    .when('GET', 'last operation', reply(200, { state: 'in progress' }));
  const created = (await osb.provision(id, retrievable.plan, {}, ACCEPTS)).body.operation;
  expect((await osb.fetch(id)).status).toBe(404);
  retrievable.when('GET', 'last operation', reply(200, { state: 'succeeded' }));
  await osb.ended(id, created);
  retrievable.when('GET', 'last operation', reply(200, { state: 'in progress' })).when('PATCH', 'instance', reply(202, { operation: 'u' }));
  await osb.update(id, 'retrievable-service', { parameters: { a: 1 } }, ACCEPTS);
  expect([(await osb.fetch(id)).status, (await osb.fetch(id)).body.error]).toEqual([422, 'ConcurrencyError']);
});

test('G105, P20: credentials come with a re-sent bind and with a fetch, also where the backend tells them once only', async () => {
  await osb.provision(id, plain.plan);
  plain.when('PUT', 'binding', reply(201, { credentials: { password: 'told-once' } }), reply(500, {}));
  const [first, again, fetched] = [await osb.bind(id, 'b', plain.plan), await osb.bind(id, 'b', plain.plan), await osb.fetchBinding(id, 'b')];
  expect([first.status, again.status, fetched.status]).toEqual([201, 200, 200]);
  for (const { body } of [first, again, fetched]) expect(body.credentials).toEqual({ password: 'told-once' });
});

test('G105, P20: credentials of an asynchronous bind come with the re-sent bind (Korifi asks so)', async () => {
  await osb.provision(id, retrievable.plan);
  retrievable.when('PUT', 'binding', reply(202, { operation: 'b' })).when('GET', 'binding', reply(200, { credentials: { password: 'read' } }));
  const { status, body } = await osb.bind(id, 'b', retrievable.plan, {}, ACCEPTS);
  expect(status).toBe(202);
  await osb.ended(id, body.operation, 'b');
  expect(await osb.bind(id, 'b', retrievable.plan, {}, ACCEPTS)).toMatchObject({ status: 200, body: { credentials: { password: 'read' } } });
  expect(retrievable.asked('PUT', 'binding')).toHaveLength(1);
});

test('G106: after an unbind the credentials are nowhere any more', async () => {
  await osb.provision(id, plain.plan);
  await osb.bind(id, 'b', plain.plan);
  expect((await osb.unbind(id, 'b', plain.plan)).status).toBe(200);
  expect((await osb.fetchBinding(id, 'b')).status).toBe(404);
  const left = `select b.parameters, b.bind_resource, b.context, b.result from service_binding b join service_instance i on i.incarnation = b.instance_incarnation
    where i.instance_id = $1`;
  expect(await query(stage.gateway.database.url, left, [id])).toEqual([{ parameters: null, bind_resource: null, context: null, result: null }]);
});
