import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import { offeringOf, type ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let one: ScriptedBroker;
let two: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  [one, two] = [await stage.backend('one'), await stage.backend('two')];
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  one.forget();
  two.forget();
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const path = (): string => `/v2/service_instances/${id}`;

test('G29, G31, P13: what exists goes to the backend that has it, whatever a request says', async () => {
  await osb.provision(id, one.plan);
  expect((await osb.update(id, two.plan.serviceId, {})).status).toBe(400);
  expect((await osb.bind(id, 'b', two.plan)).status).toBe(400);
  expect((await osb.deprovision(id, two.plan)).status).toBe(400);
  expect((await osb.fetch(id, { query: { service_id: two.plan.serviceId, plan_id: two.plan.planId } })).status).toBe(400);
  expect((await osb.deprovision(id, { ...one.plan, planId: 'of-old' })).status).toBe(200);
  expect([one.changes, two.changes]).toEqual([['PUT instance', 'DELETE instance'], []]);
});

test('G30, P30: fetches and polls need no ids', async () => {
  await osb.provision(id, one.plan);
  await osb.bind(id, 'b', one.plan);
  const binding = `${path()}/service_bindings/b`;
  for (const each of [path(), `${path()}/last_operation`, binding, `${binding}/last_operation`]) expect((await osb.http.request('GET', each)).status).toBe(200);
});

test('G32, G33, P13: what is unknown is asked of no backend, and a delete of it is done', async () => {
  expect((await osb.fetch(id)).status).toBe(404);
  expect((await osb.lastOperation(id)).status).toBe(404);
  expect((await osb.fetchBinding(id, 'b')).status).toBe(404);
  expect((await osb.deprovision(id, one.plan)).status).toBe(410);
  expect((await osb.unbind(id, 'b', one.plan)).status).toBe(410);
  expect([one.changes, one.asked('GET', 'instance'), one.asked('GET', 'last operation')]).toEqual([[], [], []]);
});

test('G34: two platforms with the same id have an instance each, and see nothing of the other’s', async () => {
  const other = await stage.gateway.platform('neighbour');
  await osb.provision(id, one.plan, { parameters: { of: 'first' } });
  expect((await other.fetch(id)).status).toBe(404);
  expect((await other.deprovision(id, one.plan)).status).toBe(410);
  expect((await other.provision(id, one.plan, { parameters: { of: 'neighbour' } })).status).toBe(201);
  const backendIds = one.asked('PUT', 'instance').map(({ url }) => url.split('?')[0]);
  expect(new Set(backendIds).size).toBe(2);
  expect((await other.deprovision(id, one.plan)).status).toBe(200);
  expect((await osb.fetch(id)).body.parameters).toEqual({ of: 'first' });
});

test('G35: a closed backend takes nothing new; what is there can be asked for, bound and deleted', async () => {
  await osb.provision(id, one.plan);
  await stage.admin.post('/backends/one/close', { message: 'Moved to two.' });
  const refused = await osb.provision(randomUUID(), one.plan);
  expect([refused.status, refused.body.description]).toEqual([400, expect.stringContaining('Moved to two.')]);
  expect((await osb.fetch(id)).status).toBe(200);
  expect((await osb.bind(id, 'b', one.plan)).status).toBe(201);
  expect((await osb.unbind(id, 'b', one.plan)).status).toBe(200);
  expect((await osb.deprovision(id, one.plan)).status).toBe(200);
  await stage.admin.post('/backends/one/enable');
});

test('G28, G35: a disabled backend is out of the catalog, and what is there keeps every verb', async () => {
  await osb.provision(id, one.plan);
  await stage.admin.post('/backends/one/disable');
  expect((await osb.catalog()).text).not.toContain('one-service');
  expect((await osb.provision(randomUUID(), one.plan)).status).toBe(400);
  expect((await osb.update(id, one.plan.serviceId, { parameters: { a: 1 } })).status).toBe(200);
  expect((await osb.bind(id, 'b', one.plan)).status).toBe(201);
  expect((await osb.deprovision(id, one.plan)).status).toBe(200);
  await stage.admin.post('/backends/one/enable');
});

test('G36: a backend that has instances cannot be removed', async () => {
  await osb.provision(id, one.plan);
  expect((await stage.admin.ask('DELETE', '/backends/one')).status).toBe(409);
  expect((await osb.fetch(id)).status).toBe(200);
});

test('G7, G37, P33: at the new address of its backend an operation goes on, and the catalog has the same ids', async () => {
  const moved = await stage.broker('two');
  two.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', reply(200, { state: 'in progress' }));
  const { body } = await osb.provision(id, two.plan, {}, ACCEPTS);
  await eventually(async () => two.asked('GET', 'last operation').length, (count) => count > 0);
  const before = (await osb.catalog()).text;
  await stage.admin.ask('PATCH', '/backends/two', { body: { settings: { ...moved.settings, password: 'new-password' } } });
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  expect((await osb.catalog()).text).toBe(before);
  const [poll] = moved.asked('GET', 'last operation');
  expect(Buffer.from(poll?.headers['authorization']?.split(' ')[1] ?? '', 'base64').toString()).toBe('gateway:new-password');
});

test('G9: an offering that turns up at another backend stays with the one that had it first', async () => {
  const from = await stage.backend('from');
  const to = await stage.broker('to');
  to.services = [offeringOf('from')];
  await stage.gateway.register('to', 'osb', to.settings);
  expect((await osb.provision(id, from.plan)).status).toBe(201);
  expect([from.changes, to.changes]).toEqual([['PUT instance'], []]);
});

test('G8, P33: a backend that changes its ids is asked about its instances with the ids they were made with', async () => {
  const renamed = await stage.backend('renamed');
  await osb.provision(id, renamed.plan);
  renamed.services = [offeringOf('other')];
  await stage.admin.post('/backends/renamed/refresh');
  expect((await osb.deprovision(id, renamed.plan)).status).toBe(200);
  expect(renamed.asked('DELETE', 'instance')[0]?.url).toContain('service_id=renamed-service&plan_id=renamed-plan');
});
