import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply, type ReceivedRequest, type Script } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import { offeringOf, type ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('late', twoPlans());
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

function twoPlans(): Record<string, unknown> {
  const { plans } = offeringOf('late') as { plans: Record<string, unknown>[] };
  return { plans: [...plans, { id: 'larger-plan', name: 'larger', description: 'More of it.' }] };
}

const ACCEPTS = { acceptsIncomplete: true };
const IN_PROGRESS = reply(200, { state: 'in progress' });
const queryOf = ({ url }: ReceivedRequest): Record<string, string> => Object.fromEntries(new URLSearchParams(url.split('?')[1]));
const polls = (): Record<string, string>[] => broker.asked('GET', 'last operation').map(queryOf);
const provisioned = async (): Promise<void> => expect((await osb.provision(id, broker.plan)).status).toBe(201);

test('G55: an operation ends although no platform asks for it', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' }));
  await osb.provision(id, broker.plan, {}, ACCEPTS);
  const stateOf = async () => (await stage.admin.get('/operations', { instanceId: id })).body.items[0].state;
  expect(await eventually(stateOf, (state) => state !== 'running')).toBe('succeeded');
});

test.each<[string, Script]>([
  ['404', reply(404, {})],
  ['410', reply(410, {})],
  ['400', reply(400, { description: 'x' })],
  ['401', reply(401, {})],
  ['500', reply(500, {})],
  ['no JSON', reply(200, '<html>')],
  ['a state nobody knows', reply(200, { state: 'almost' })],
])('G56, G57: %s to the poll of a create is no end: the platform hears that it goes on', async (_answer, script) => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', script, script, reply(200, { state: 'succeeded' }));
  const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
  await eventually(async () => polls().length, (count) => count > 0);
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  expect(polls().length).toBeGreaterThan(2);
});

test.each([[404], [410]])('G57: %d to the poll of a delete says that it is gone', async (status) => {
  await provisioned();
  broker.when('DELETE', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', reply(status, {}));
  const { body } = await osb.deprovision(id, broker.plan, ACCEPTS);
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  expect((await osb.fetch(id)).status).toBe(404);
});

test('G59: an update that was accepted and fails leaves plan and parameters, and says what the backend said', async () => {
  await osb.provision(id, broker.plan, { parameters: { size: 1 } });
  const failed = { state: 'failed', description: 'No room.', instance_usable: true, update_repeatable: false };
  broker.when('PATCH', 'instance', reply(202, { operation: 'u' })).when('GET', 'last operation', reply(200, failed));
  const change = { plan_id: 'larger-plan', parameters: { size: 2 } };
  const { body } = await osb.update(id, broker.plan.serviceId, change, ACCEPTS);
  expect((await osb.ended(id, body.operation)).body).toEqual(failed);
  expect((await osb.fetch(id)).body).toMatchObject({ plan_id: 'late-plan', parameters: { size: 1 } });
});

test('G60, P7: the operation of a backend may have 10,000 odd characters; the platform’s is short', async () => {
  const odd = 'é%&=+ /?#'.repeat(1_200).slice(0, 10_000);
  broker.when('PUT', 'instance', reply(202, { operation: odd }));
  const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
  expect(body.operation).toMatch(/^[\w-]{1,64}$/);
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  expect(polls()[0]).toMatchObject({ operation: odd });
});

test('G61, P9: ten re-sends are answered with the same operation; the backend is asked once', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', IN_PROGRESS);
  const answers = [];
  for (let count = 0; count < 10; count += 1) answers.push(await osb.provision(id, broker.plan, {}, ACCEPTS));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ body }) => body.operation)).size).toBe(1);
  expect(broker.asked('PUT', 'instance')).toHaveLength(1);
});

test.each([['null', null], ['nothing', ''], ['a number', 7], ['absent', undefined], ['too long', 'x'.repeat(10_001)]])(
  'G62, P6: an operation that is %s is polled all the same',
  async (_what, operation) => {
    broker.when('PUT', 'instance', reply(202, { operation }));
    const { status, body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
    expect(status).toBe(202);
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(polls().map((query) => query['operation'])).not.toContain('');
  },
);

test('G63: while the plan changes the backend is asked with the plan before', async () => {
  await provisioned();
  broker.when('PATCH', 'instance', reply(202, { operation: 'u' }));
  const { body } = await osb.update(id, broker.plan.serviceId, { plan_id: 'larger-plan' }, ACCEPTS);
  await osb.ended(id, body.operation);
  expect(polls().map(({ plan_id }) => plan_id)).toEqual(['late-plan']);
});

test('G64: an operation that is nobody’s, another instance’s or another platform’s is 404', async () => {
  const other = randomUUID();
  const stranger = await stage.gateway.platform('stranger');
  broker.when('PUT', 'instance', reply(202, { operation: 'o' }));
  const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
  const others = await osb.provision(other, broker.plan, {}, ACCEPTS);
  for (const forged of ['provision', randomUUID(), others.body.operation]) expect((await osb.lastOperation(id, forged)).status).toBe(404);
  expect((await stranger.lastOperation(id, body.operation)).status).toBe(404);
  expect((await osb.lastBindingOperation(id, 'b', body.operation)).status).toBe(404);
});

test('G65, G66: each operation keeps its own end; without a name the newest one answers', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'c' }));
  const created = (await osb.provision(id, broker.plan, {}, ACCEPTS)).body.operation;
  await osb.ended(id, created);
  broker.when('PATCH', 'instance', reply(202, { operation: 'u' })).when('GET', 'last operation', IN_PROGRESS);
  const updating = (await osb.update(id, broker.plan.serviceId, { parameters: { a: 1 } }, ACCEPTS)).body.operation;
  const states = [];
  for (const operation of [created, updating, undefined]) states.push((await osb.lastOperation(id, operation)).body.state);
  expect(states).toEqual(['succeeded', 'in progress', 'in progress']);
});

test('G67, P15: what ended is answered again and again, also when it is gone', async () => {
  await provisioned();
  broker.when('DELETE', 'instance', reply(202, { operation: 'd' }));
  const { body } = await osb.deprovision(id, broker.plan, ACCEPTS);
  await osb.ended(id, body.operation);
  for (let count = 0; count < 3; count += 1) expect((await osb.lastOperation(id, body.operation)).body.state).toBe('succeeded');
  expect((await osb.lastOperation(id)).status).toBe(410);
});
