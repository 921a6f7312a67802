import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { ceilingMs: 1_000 } });
  broker = await stage.backend('endless', { bindings_retrievable: true }, { plan: { maximum_polling_duration: 1 } });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const ACCEPTED = reply(202, { operation: 'o' });
const IN_PROGRESS = reply(200, { state: 'in progress' });
const ASYNC = { acceptsIncomplete: true };
const operations = async (kind: string) => (await stage.admin.get('/operations', { instanceId: id, kind })).body.items;
const polls = (): number => broker.asked('GET', 'last operation').length;

test('a bind that does not end in the time its plan publishes has failed, and is unbound', async () => {
  await osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', ACCEPTED).when('GET', 'last operation', IN_PROGRESS);
  expect((await osb.bind(id, 'b', broker.plan, {}, ASYNC)).status).toBe(202);
  await eventually(() => operations('unbind'), ([cleanUp]) => cleanUp?.state === 'succeeded');
  expect(await operations('bind')).toMatchObject([{ state: 'failed', errorCode: 'Timeout' }]);
  expect(broker.changes).toEqual(['PUT instance', 'PUT binding', 'DELETE binding']);
});

test('an update that does not end in that time has failed, and nothing is deleted', async () => {
  await osb.provision(id, broker.plan);
  broker.when('PATCH', 'instance', ACCEPTED).when('GET', 'last operation', IN_PROGRESS);
  const { body } = await osb.update(id, broker.plan.serviceId, { parameters: { size: 2 } }, ASYNC);
  expect((await osb.ended(id, body.operation)).body.state).toBe('failed');
  expect(broker.changes).toEqual(['PUT instance', 'PATCH instance']);
  broker.when('PATCH', 'instance', reply(200, {}));
  expect((await osb.update(id, broker.plan.serviceId, { parameters: { size: 2 } })).status).toBe(200);
});

test('a delete that does not end in the time it was given is asked about until it does', async () => {
  await osb.provision(id, broker.plan);
  broker.when('DELETE', 'instance', ACCEPTED).when('GET', 'last operation', IN_PROGRESS);
  const { body } = await osb.deprovision(id, broker.plan, ASYNC);
  await eventually(() => operations('deprovision'), ([{ ceilingAt }]) => Date.parse(ceilingAt) < Date.now());
  const before = polls();
  await eventually(async () => polls(), (count) => count > before + 1);
  expect((await osb.lastOperation(id, body.operation)).body.state).toBe('in progress');
  broker.when('GET', 'last operation', reply(200, { state: 'succeeded' }));
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
});

test.each(['PUT', 'GET'])('what a backend asks for by the Retry-After of a %s does not outlast the time its plan publishes', async (method) => {
  const later = { 'retry-after': '300' };
  broker.when('PUT', 'instance', reply(202, { operation: 'o' }, method === 'PUT' ? later : {}));
  broker.when('GET', 'last operation', reply(200, { state: 'in progress' }, method === 'GET' ? later : {}));
  const { body } = await osb.provision(id, broker.plan, {}, ASYNC);
  expect((await osb.ended(id, body.operation)).body.state).toBe('failed');
});
