import { RuleStage } from '../gateway-rules/rule-stage.js';
import type { ScriptedBroker, Subject } from '../gateway-rules/scripted-broker.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { eventually } from './eventually.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;

beforeAll(async () => {
  stage = await RuleStage.start();
  const offering = { instances_retrievable: true, bindings_retrievable: true };
  broker = await stage.backend('passing', offering);
  ({ osb } = stage);
});
beforeEach(() => broker.forget());
afterAll(() => stage.stop());

const LOCATION = 'api.cf.example.com/v2/info';

function locationsOf(methods: readonly string[], subjects: readonly Subject[]): unknown[] {
  const asked = methods.flatMap((method) => subjects.flatMap((subject) => broker.asked(method, subject)));
  return asked.map((request) => request.headers['x-api-info-location']);
}

async function updateSent(id: string, members: Record<string, unknown>): Promise<Record<string, unknown>> {
  await osb.provision(id, broker.plan);
  expect((await osb.update(id, broker.plan.serviceId, members)).status).toBe(200);
  return JSON.parse(broker.asked('PATCH', 'instance').at(-1)?.body ?? '') as Record<string, unknown>;
}

test('an update without plan_id is sent with the plan of the instance, as plan_id and in previous_values', async () => {
  const sent = await updateSent('plans-none', { parameters: { a: 1 } });
  expect(sent).toMatchObject({ plan_id: broker.plan.planId, previous_values: { plan_id: broker.plan.planId } });
});

test('previous_values without plan_id keep their members and get the plan', async () => {
  const { serviceId: service_id, planId } = broker.plan;
  const sent = await updateSent('plans-some', { parameters: { a: 1 }, previous_values: { service_id } });
  expect(sent['previous_values']).toEqual({ plan_id: planId, service_id });
});

test('previous_values are left as they are where the client names a plan, or both', async () => {
  const { serviceId: service_id, planId: plan_id } = broker.plan;
  const named = await updateSent('plans-named', { plan_id, previous_values: { service_id } });
  expect(named['previous_values']).toEqual({ service_id });
  const both = await updateSent('plans-both', { parameters: {}, previous_values: { plan_id: 'earlier' } });
  expect(both['previous_values']).toEqual({ plan_id: 'earlier' });
});

test('X-Api-Info-Location goes on to the broker with every request of a platform, and with nothing the gateway asks by itself', async () => {
  const headers = { 'x-api-info-location': LOCATION };
  const { plan } = broker;
  broker.when('PUT', 'instance', reply(202, {}));
  const { body } = await osb.provision('located', plan, {}, { headers, acceptsIncomplete: true });
  await osb.ended('located', body['operation']);
  await osb.fetch('located', { headers });
  await osb.update('located', plan.serviceId, {}, { headers });
  await osb.bind('located', 'b', plan, {}, { headers });
  await osb.unbind('located', 'b', plan, { headers });
  await osb.deprovision('located', plan, { headers });
  expect(broker.changes).toHaveLength(5);
  expect(locationsOf(['PUT', 'PATCH', 'DELETE'], ['instance', 'binding'])).toEqual(Array(5).fill(LOCATION));
  expect(locationsOf(['GET'], ['instance'])).toEqual([LOCATION]);
  expect(locationsOf(['GET'], ['last operation'])).not.toContain(LOCATION);
});

test('members of a fetched instance that the spec does not name are passed on with their bytes', async () => {
  await osb.provision('extended', broker.plan);
  broker.when('GET', 'instance', reply(200, '{"cost":12345678901234567890,"region":{"b":1.0,"a":2},"service_id":"another"}'));
  const { status, text, body } = await osb.fetch('extended');
  expect([status, body['service_id']]).toEqual([200, broker.plan.serviceId]);
  expect(text).toContain('"cost":12345678901234567890');
  expect(text).toContain('"region":{"b":1.0,"a":2}');
});

test('members of a binding fetched from its broker that the spec does not name are kept and passed on with their bytes', async () => {
  await osb.provision('bound', broker.plan);
  broker.when('PUT', 'binding', reply(202, {}));
  broker.when('GET', 'binding', reply(200, '{"credentials":{"p":1.0},"cost":12345678901234567890}'));
  const { body } = await osb.bind('bound', 'b', broker.plan, {}, { acceptsIncomplete: true });
  expect((await osb.ended('bound', body['operation'], 'b')).body['state']).toBe('succeeded');
  const { text } = await osb.fetchBinding('bound', 'b');
  expect(text).toContain('"credentials":{"p":1.0}');
  expect(text).toContain('"cost":12345678901234567890');
});

describe('what a broker says of an operation', () => {
  const said = (state: string, description: string) => reply(200, { state, description }, { 'retry-after': '1' });

  test('reaches the platform while it goes on, and when it has succeeded', async () => {
    broker.when('PUT', 'instance', reply(202, {}));
    broker.when('GET', 'last operation', said('in progress', 'copying 1 of 2'), said('in progress', ''), said('succeeded', 'copied 2 of 2'));
    const operation = (await osb.provision('told', broker.plan, {}, { acceptsIncomplete: true })).body['operation'];
    const going = await eventually(() => osb.lastOperation('told', operation), ({ body }) => body['description'] !== undefined);
    expect(going.body).toEqual({ state: 'in progress', description: 'copying 1 of 2' });
    const ended = await osb.ended('told', operation);
    expect(ended.body).toEqual({ state: 'succeeded', description: 'copied 2 of 2' });
  });

  test('reaches the platform when a delete has failed and when it has succeeded', async () => {
    await osb.provision('deleted', broker.plan);
    broker.when('DELETE', 'instance', reply(202, {}));
    broker.when('GET', 'last operation', said('failed', 'a snapshot is being taken'));
    const first = (await osb.deprovision('deleted', broker.plan, { acceptsIncomplete: true })).body['operation'];
    expect((await osb.ended('deleted', first)).body).toMatchObject({ state: 'failed', description: 'a snapshot is being taken' });
    broker.when('GET', 'last operation', said('succeeded', 'the last snapshot stays for 7 days'));
    const second = (await osb.deprovision('deleted', broker.plan, { acceptsIncomplete: true })).body['operation'];
    expect((await osb.ended('deleted', second)).body).toEqual({ state: 'succeeded', description: 'the last snapshot stays for 7 days' });
  });

  test('is shown without the address of the broker', async () => {
    broker.when('PUT', 'instance', reply(202, {}));
    broker.when('GET', 'last operation', said('in progress', `see ${broker.settings.url}/jobs/7 for more`), said('succeeded', ''));
    const operation = (await osb.provision('hidden', broker.plan, {}, { acceptsIncomplete: true })).body['operation'];
    const { body } = await eventually(() => osb.lastOperation('hidden', operation), (answer) => answer.body['description'] !== undefined);
    expect(body['description']).toBe('see (backend) for more');
    await osb.ended('hidden', operation);
  });
});

test('a binding its broker does not find right after the bind has ended is read again, and the bind is not undone', async () => {
  await osb.provision('eventual', broker.plan);
  broker.when('PUT', 'binding', reply(202, {}));
  broker.when('GET', 'binding', reply(404, {}), reply(404, {}), reply(200, { credentials: { password: 'late' } }));
  const { body } = await osb.bind('eventual', 'b', broker.plan, {}, { acceptsIncomplete: true });
  expect((await osb.ended('eventual', body['operation'], 'b')).body['state']).toBe('succeeded');
  expect((await osb.fetchBinding('eventual', 'b')).body['credentials']).toEqual({ password: 'late' });
  expect(broker.asked('DELETE', 'binding')).toHaveLength(0);
});
