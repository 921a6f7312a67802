import { randomUUID } from 'node:crypto';
import { RuleStage } from '../gateway-rules/rule-stage.js';
import type { ScriptedBroker } from '../gateway-rules/scripted-broker.js';
import { hangUp, reply } from '../support/stub-broker.js';
import { eventually } from './eventually.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { cleanUpMs: 1_000, breakerRestMs: 100, callMs: 300 } });
  broker = await stage.backend('stubborn');
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const BROKEN = reply(500, {});
const operations = async (query: Record<string, string>) => (await stage.admin.get('/operations', { instanceId: id, ...query })).body.items;
const parked = () => eventually(() => operations({ parked: 'true' }), (items) => items.length === 1);
const deletes = (): number => broker.asked('DELETE', 'instance').length;
const gauge = async (): Promise<string | undefined> =>
  /^osb_operations_parked\{backend="stubborn"\} (\d+)$/m.exec((await stage.gateway.admin().request('GET', '/metrics')).text)?.[1];

/** The id of the clean-up after a create that failed, given up by now. */
async function givenUp(): Promise<string> {
  broker.when('PUT', 'instance', BROKEN, reply(201, {})).when('DELETE', 'instance', BROKEN);
  expect((await stage.osb.provision(id, broker.plan)).status).toBe(502);
  const [operation] = await parked();
  return operation.id;
}

test('a clean-up that was given up is listed, counted and logged, and nobody tries it any more', async () => {
  const operation = await givenUp();
  expect(await operations({ parked: 'true' })).toMatchObject([{ id: operation, kind: 'deprovision', initiator: 'gateway', parkedAt: expect.any(String) }]);
  expect(await operations({ parked: 'false' })).toMatchObject([{ kind: 'provision', state: 'failed' }]);
  expect(stage.gateway.logLines.filter((line) => line.includes('parked') && line.includes(operation))).toHaveLength(1);
  expect(await gauge()).toBe('1');
  expect((await stage.osb.provision(id, broker.plan)).body.error).toBe('ConcurrencyError');
  await stage.admin.post(`/operations/${operation}/give-up`, { reason: 'end of this test' });
});

test('an operator has it tried again, as often as they like', async () => {
  const operation = await givenUp();
  broker.when('DELETE', 'instance', reply(200, {}));
  const { status, body } = await stage.admin.post(`/operations/${operation}/retry`);
  expect([status, body.parkedAt]).toEqual([200, undefined]);
  expect([200, 409]).toContain((await stage.admin.post(`/operations/${operation}/retry`)).status);
  await eventually(() => operations({ id: operation }), ([line]) => line.state === 'succeeded');
  expect((await stage.osb.provision(id, broker.plan)).status).toBe(201);
  expect((await stage.admin.get('/audit-events', { operationId: operation, action: 'operation.retry' })).body.items).toHaveLength(1);
});

test('an operator gives it up: the books are closed, with the reason, and the id is fresh', async () => {
  const operation = await givenUp();
  const tried = deletes();
  for (let time = 0; time < 2; time += 1) {
    const { status, body } = await stage.admin.post(`/operations/${operation}/give-up`, { reason: 'removed by hand' });
    expect([status, body]).toMatchObject([200, { id: operation, state: 'failed', description: 'given up by an operator: removed by hand' }]);
  }
  expect((await stage.osb.deprovision(id, broker.plan)).status).toBe(410);
  expect(deletes()).toBe(tried);
  expect((await stage.osb.provision(id, broker.plan)).status).toBe(201);
  // What was given up may still have the first id there.
  expect(new Set(broker.asked('PUT', 'instance').map(({ url }) => url)).size).toBe(2);
  const { body } = await stage.admin.get('/audit-events', { operationId: operation, action: 'operation.give-up' });
  expect(body.items).toMatchObject([{ actorName: 'admin', description: 'removed by hand' }]);
  expect(await gauge()).toBe('0');
});

test('what is tried, has ended or is nowhere cannot be given up', async () => {
  await stage.osb.provision(id, broker.plan);
  const [{ id: operation }] = await operations({});
  expect((await stage.admin.post(`/operations/${operation}/give-up`, { reason: 'x' })).status).toBe(409);
  expect((await stage.admin.post('/operations/nobodys/give-up', { reason: 'x' })).status).toBe(404);
  expect((await stage.admin.post('/operations/nobodys/retry')).status).toBe(404);
  expect((await stage.admin.post(`/operations/${operation}/give-up`, { reason: ' ' })).status).toBe(400);
});

test('the delete of the platform has it tried again', async () => {
  await givenUp();
  broker.when('DELETE', 'instance', reply(200, {}));
  expect((await stage.osb.deprovision(id, broker.plan)).status).toBe(200);
  expect(await operations({ parked: 'true' })).toEqual([]);
});

test('a create refused as existing when it was sent again leaves a clean-up that waits for a word', async () => {
  broker.when('PUT', 'instance', hangUp(), reply(409, { description: 'It exists.' })).when('GET', 'last operation', reply(404, {}));
  const { body } = await stage.osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
  expect((await stage.osb.ended(id, body.operation)).body.state).toBe('failed');
  await parked();
  expect(deletes()).toBe(0);
  expect((await stage.osb.deprovision(id, broker.plan)).status).toBe(200);
  expect(deletes()).toBeGreaterThan(0);
});

test('the delete of an instance waits for no parked unbind, and ends it', async () => {
  await stage.osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', BROKEN).when('DELETE', 'binding', BROKEN);
  expect((await stage.osb.bind(id, 'b', broker.plan)).status).toBe(502);
  await parked();
  const tried = broker.asked('DELETE', 'binding').length;
  await eventually(() => stage.osb.deprovision(id, broker.plan, { acceptsIncomplete: true }), ({ status }) => status === 410);
  expect(broker.asked('DELETE', 'binding')).toHaveLength(tried);
  expect(await operations({ parked: 'true' })).toEqual([]);
});

test('an operation that failed but was no clean-up is not given up', async () => {
  broker.when('PUT', 'instance', reply(400, {}));
  await stage.osb.provision(id, broker.plan);
  const [{ id: operation }] = await operations({ state: 'failed' });
  expect((await stage.admin.post(`/operations/${operation}/give-up`, { reason: 'x' })).status).toBe(409);
});
