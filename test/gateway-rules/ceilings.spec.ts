import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { neverAnswer, reply, type Script } from '../support/stub-broker.js';
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

describe('an update whose backend tells of the instance', () => {
  let telling: ScriptedBroker;
  beforeAll(async () => {
    const plans = ['telling-plan', 'bigger'].map((plan) => ({ id: plan, name: plan, description: 'A plan.', maximum_polling_duration: 1 }));
    telling = await stage.backend('telling', { instances_retrievable: true, plans });
  });
  beforeEach(() => telling.forget());

  const instance = async () => (await stage.admin.get('/instances', { instanceId: id })).body.items[0];

  /** Gives an update more time than it has; the backend tells this of the instance then. */
  const overrun = async (told: Script, plan_id?: string, platform = osb) => {
    await platform.provision(id, telling.plan, { parameters: { size: 1 } });
    telling.when('PATCH', 'instance', ACCEPTED).when('GET', 'last operation', IN_PROGRESS).when('GET', 'instance', told);
    const asked = { parameters: { size: 2 }, ...(plan_id === undefined ? {} : { plan_id }) };
    const { body } = await platform.update(id, telling.plan.serviceId, asked, ASYNC);
    expect((await platform.ended(id, body.operation)).body.state).toBe('failed');
    expect(telling.asked('GET', 'instance').length).toBe(1);
    telling.when('GET', 'instance', reply(404, {}));
  };

  test('to a platform that compares what it sent, the record has the parameters as they were sent', async () => {
    const crossplane = await stage.gateway.platform('comparing', 'crossplane');
    await overrun(reply(200, { plan_id: 'telling-plan', parameters: { size: 2, told: true } }), undefined, crossplane);
    expect((await crossplane.fetch(id)).body.parameters).toEqual({ size: 2 });
  });

  test('failed in time, and the new plan and parameters are in the record where it tells them', async () => {
    await overrun(reply(200, { plan_id: 'bigger', parameters: { size: 2, color: 'red' } }), 'bigger');
    expect(await instance()).toMatchObject({ planId: 'bigger' });
    expect((await osb.fetch(id)).body).toMatchObject({ plan_id: 'bigger', parameters: { size: 2, color: 'red' } });
    expect(await operations('update')).toMatchObject([{ state: 'failed', errorCode: 'Timeout' }]);
    await osb.deprovision(id, telling.plan);
    expect(telling.asked('DELETE', 'instance').map(({ url }) => new URL(url, 'http://x').searchParams.get('plan_id'))).toEqual(['bigger']);
  });

  test('new parameters without a new plan are in the record too', async () => {
    await overrun(reply(200, { parameters: { size: 2 } }));
    expect((await osb.fetch(id)).body).toMatchObject({ plan_id: 'telling-plan', parameters: { size: 2 } });
  });

  test.each([
    ['tells the old ones', reply(200, { plan_id: 'telling-plan', parameters: { size: 1, color: 'red' } })],
    ['tells a plan nobody asked for', reply(200, { plan_id: 'other', parameters: { size: 3 } })],
    ['cannot tell', reply(500, {})],
    ['does not answer', neverAnswer],
  ])('failed all the same, and nothing changes in the record where it %s', async (_, told) => {
    await overrun(told, 'bigger');
    expect((await osb.fetch(id)).body).toMatchObject({ plan_id: 'telling-plan', parameters: { size: 1 } });
  });
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
