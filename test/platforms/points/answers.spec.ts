import { randomUUID } from 'node:crypto';
import { eventually } from '../../e2e/eventually.js';
import { RuleStage } from '../../gateway-rules/rule-stage.js';
import type { ScriptedBroker } from '../../gateway-rules/scripted-broker.js';
import type { Answer } from '../../support/http-client.js';
import type { OsbClient } from '../../support/osb-client.js';
import { reply, type Script } from '../../support/stub-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let strict: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { budgetMs: 1_500 } });
  strict = await stage.backend('strict');
  await stage.admin.ask('PATCH', '/backends/strict', { body: { planPolicies: { 'strict-plan': { bridgeSync: false } } } });
  ({ osb } = stage);
});
// One a test: five failures in a row, and a backend is left alone for a while.
beforeEach(async () => {
  id = randomUUID();
  broker = await stage.backend(`answering-${id}`, { instances_retrievable: true, bindings_retrievable: true, requires: ['syslog_drain', 'route_forwarding', 'volume_mount'] });
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const IN_PROGRESS = reply(200, { state: 'in progress' });

/** One answer of each of the verbs that change something, while the backend behaves as it is told by `script`. */
async function everyChange(script: (method: string) => Script): Promise<Answer[]> {
  const changes = ['PUT', 'PATCH', 'DELETE'];
  await osb.provision(id, broker.plan);
  await osb.bind(id, 'old', broker.plan);
  for (const method of changes) broker.when(method, 'instance', script(method)).when(method, 'binding', script(method));
  const { serviceId } = broker.plan;
  const answers = [await osb.bind(id, 'new', broker.plan), await osb.unbind(id, 'old', broker.plan)];
  answers.push(await osb.update(id, serviceId, { parameters: { a: 1 } }), await osb.deprovision(id, broker.plan));
  return [...answers, await osb.provision(randomUUID(), broker.plan)];
}

test('P6: what a backend says to be null is in no answer', async () => {
  const instance = { dashboard_url: null, metadata: null, operation: null, parameters: null, maintenance_info: null };
  const binding = { metadata: null, syslog_drain_url: null, route_service_url: null, volume_mounts: null, endpoints: null, parameters: null, operation: null };
  broker.when('PUT', 'instance', reply(201, instance)).when('GET', 'instance', reply(200, { ...instance, service_id: null, plan_id: null }));
  broker.when('PUT', 'binding', reply(201, { credentials: null, ...binding })).when('GET', 'binding', reply(200, { credentials: null, ...binding }));
  broker.when('PATCH', 'instance', reply(202, instance)).when('GET', 'last operation', reply(200, { state: 'succeeded', description: null }));
  broker.when('DELETE', 'instance', reply(200, { operation: null })).when('DELETE', 'binding', reply(200, { operation: null }));
  const { serviceId } = broker.plan;
  const answers = [await osb.provision(id, broker.plan), await osb.provision(id, broker.plan), await osb.fetch(id)];
  answers.push(await osb.bind(id, 'b', broker.plan), await osb.bind(id, 'b', broker.plan), await osb.fetchBinding(id, 'b'));
  answers.push(await osb.update(id, serviceId, { parameters: { a: 1 } }, ACCEPTS), await osb.ended(id));
  answers.push(await osb.unbind(id, 'b', broker.plan), await osb.deprovision(id, broker.plan), await osb.lastOperation(id));
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 201, 200, 200, 202, 200, 200, 200, 410]);
  expect(answers.filter(({ text }) => text.includes('null')).map(({ text }) => text)).toEqual([]);
});

test('P13: what is not there is gone, whatever service and plan it is said to be of', async () => {
  const nobodys = { serviceId: 'no-service', planId: 'no-plan' };
  const answers = [await osb.deprovision(id, nobodys), await osb.unbind(id, 'b', nobodys)];
  await osb.provision(id, broker.plan);
  answers.push(await osb.unbind(id, 'b', nobodys), await osb.unbind(id, 'b', broker.plan));
  expect(answers.map(({ status, body }) => [status, body.error])).toEqual(answers.map(() => [410, 'Gone']));
});

const MOUNT = { driver: 'd', container_dir: '/c', mode: 'rw', device_type: 'shared', device: { volume_id: 'v' } };

test.each([
  ['a route that is not https', { route_service_url: 'http://route.example' }, 'route_service_url'],
  ['a route that is no address', { route_service_url: 'route' }, 'route_service_url'],
  ['a volume without a device', { volume_mounts: [MOUNT, { ...MOUNT, device: undefined }] }, 'volume_mounts'],
  ['a volume to be mounted in a way unknown', { volume_mounts: [{ ...MOUNT, mode: 'w' }] }, 'volume_mounts'],
])('P21: a binding with %s is no binding, and is undone', async (_what, given, named) => {
  await osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', reply(201, { credentials: {}, ...given }));
  const { status, body } = await osb.bind(id, 'b', broker.plan);
  expect([status, body.description]).toEqual([502, expect.stringContaining(named)]);
  await eventually(async () => broker.asked('DELETE', 'binding').length, (count) => count >= 1);
});

test('P22: endpoints, whose ports are texts, are for clients of 2.15 and newer', async () => {
  const endpoints = [{ host: 'db.example', ports: ['5432', '9000-9010'] }];
  broker.when('PUT', 'binding', reply(201, { credentials: {}, endpoints }));
  await osb.provision(id, broker.plan);
  const seen = [];
  for (const version of ['2.11', '2.13', '2.14', '2.15', '2.17']) {
    const client = stage.gateway.osb(undefined, version);
    const answers = [await client.bind(id, version, broker.plan), await client.bind(id, version, broker.plan), await client.fetchBinding(id, version)];
    seen.push(...answers.map(({ body }) => body.endpoints));
  }
  expect(seen).toEqual([...Array.from({ length: 9 }, () => undefined), ...Array.from({ length: 6 }, () => endpoints)]);
});

test.each([['2.11', true], ['2.13', true], ['2.14', true], ['2.15', false], ['2.17', false]])(
  'P23: what Go clients know by its words is told to a client of %s in those words: %p',
  async (version, inTheirs) => {
    const client = stage.gateway.osb(undefined, version);
    strict.when('PUT', 'instance', reply(422, { error: 'AsyncRequired', description: 'It takes its time.' }));
    const refused = await client.provision(id, strict.plan);
    await client.provision(id, broker.plan);
    broker.when('PUT', 'binding', reply(422, { error: 'RequiresApp', description: 'An app, please.' }));
    const bound = await client.bind(id, 'b', broker.plan);
    broker.when('PATCH', 'instance', reply(202, { operation: 'u' })).when('GET', 'last operation', IN_PROGRESS);
    await client.update(id, broker.plan.serviceId, { parameters: { a: 1 } }, ACCEPTS);
    const busy = await client.update(id, broker.plan.serviceId, { parameters: { a: 2 } }, ACCEPTS);
    const theirs = [
      'This service plan requires client support for asynchronous service operations.',
      'This service supports generation of credentials through binding an application only.',
      'The Service Broker does not support concurrent requests that mutate the same resource.',
    ];
    const answers = [refused, bound, busy];
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual([[422, 'AsyncRequired'], [422, 'RequiresApp'], [422, 'ConcurrencyError']]);
    expect(answers.map(({ body }, index) => body.description === theirs[index])).toEqual(theirs.map(() => inTheirs));
  },
);

test('P25: a create that did not reach its backend is sent again as it was when the backend is back, and makes one instance', async () => {
  await broker.stop();
  const answers = [await osb.provision(id, broker.plan), await osb.provision(id, broker.plan)];
  const back = await stage.broker(broker.name);
  await stage.admin.ask('PATCH', `/backends/${broker.name}`, { body: { settings: back.settings } });
  answers.push(await osb.provision(id, broker.plan), await osb.provision(id, broker.plan));
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 201, 200]);
  expect(back.changes).toEqual(['PUT instance']);
});

test('P26: a backend that wants fewer calls says so to the gateway, never to a platform', async () => {
  const answers = await everyChange(() => reply(429, { description: 'Slow down.' }, { 'retry-after': '7' }));
  expect(answers.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(answers.map(() => [503, '7']));
});

test('P26: who is logged in may ask as often as he likes', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', IN_PROGRESS);
  const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
  const resend = async (): Promise<number> => (await osb.provision(id, broker.plan, {}, ACCEPTS)).status;
  const poll = async (): Promise<number> => (await osb.lastOperation(id, body.operation)).status;
  const asked = Array.from({ length: 150 }, () => [resend(), poll()]).flat();
  expect(new Set(await Promise.all(asked))).toEqual(new Set([202, 200]));
  expect(broker.asked('PUT', 'instance')).toHaveLength(1);
});

test.each([400, 422, 500])('P39: a long story of a backend about a %i is cut short for users, and does not say where it is', async (status) => {
  const description = `Ask at ${broker.settings.url}/admin: ${'ü'.repeat(20_000)}`;
  for (const { body } of await everyChange(() => reply(status, { description }))) expectShort(body.description);
  const other = randomUUID();
  broker.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', reply(200, { state: 'failed', description }));
  await osb.provision(other, broker.plan, {}, ACCEPTS);
  expectShort((await eventually(() => osb.lastOperation(other), ({ body }) => body.state === 'failed')).body.description);
});

function expectShort(description: string): void {
  expect(Buffer.byteLength(description)).toBeGreaterThan(0);
  expect(Buffer.byteLength(description)).toBeLessThanOrEqual(8_192);
  expect(description).not.toContain(new URL(broker.settings.url).host);
}
