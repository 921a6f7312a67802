import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { hangUp, neverAnswer, reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { cleanUpTurnMs: 200 } });
  broker = await stage.backend('failing');
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
  broker.when('PUT', 'instance', reply(500, {}), reply(201, {}));
});
afterAll(() => stage.stop());

const BUSY = reply(422, { error: 'ConcurrencyError', description: 'Busy.' });
/** Whether nothing can come any more of the create that was not answered. */
const IS_QUIET = 'select quiet_after < osb_now() as is_quiet from service_instance where instance_id = $1';
const isGone = () => eventually(() => osb.deprovision(id, broker.plan, { acceptsIncomplete: true }), ({ status }) => status === 410);

test('G90: a backend that is busy is asked again until what it may have made is gone', async () => {
  broker.when('DELETE', 'instance', BUSY, BUSY, BUSY, reply(200, {}));
  expect((await osb.provision(id, broker.plan)).status).toBe(502);
  await eventually(async () => broker.asked('DELETE', 'instance').length, (count) => count >= 4);
  await isGone();
});

test('G91: a platform that deletes during a clean-up joins it', async () => {
  broker.when('DELETE', 'instance', reply(202, { operation: 'o' }));
  broker.when('GET', 'last operation', reply(200, { state: 'in progress' }));
  await osb.provision(id, broker.plan);
  await eventually(async () => broker.asked('GET', 'last operation').length, (count) => count > 0);
  const { status, body } = await osb.deprovision(id, broker.plan, { acceptsIncomplete: true });
  expect(status).toBe(202);
  broker.when('GET', 'last operation', reply(200, { state: 'succeeded' }));
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  expect(broker.asked('DELETE', 'instance')).toHaveLength(1);
});

test('G92: an id whose clean-up takes its time is busy until that has ended; then it is fresh', async () => {
  broker.when('DELETE', 'instance', neverAnswer);
  await osb.provision(id, broker.plan);
  const again = await osb.provision(id, broker.plan);
  expect([again.status, again.body.error]).toEqual([422, 'ConcurrencyError']);
  broker.when('DELETE', 'instance', reply(200, {}));
  expect((await eventually(() => osb.provision(id, broker.plan), ({ status }) => status !== 422)).status).toBe(201);
});

test('G96: a broker that answers 404 for what is gone is taken at its word where its operator says so', async () => {
  const careless = await stage.backend('careless', {}, { settings: { notFoundIsGone: true } });
  await osb.provision(id, careless.plan);
  careless.when('DELETE', 'instance', reply(404, {}));
  expect((await osb.deprovision(id, careless.plan)).status).toBe(410);
});

test('G96: any other broker’s 404 to a delete is no end', async () => {
  broker.when('PUT', 'instance', reply(201, {}));
  await osb.provision(id, broker.plan);
  broker.when('DELETE', 'instance', reply(404, {}), reply(200, {}));
  expect((await osb.deprovision(id, broker.plan)).status).toBe(502);
  expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
});

test('G98: a poll that is told to slow down changes nothing', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' }));
  broker.when('GET', 'last operation', reply(429, {}));
  const { body } = await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
  await eventually(async () => broker.asked('GET', 'last operation').length, (count) => count > 1);
  expect((await osb.lastOperation(id, body.operation)).body.state).toBe('in progress');
  broker.when('GET', 'last operation', reply(200, { state: 'succeeded' }));
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
});

test('a clean-up that was accepted and then failed at the backend is sent again', async () => {
  broker.when('DELETE', 'instance', reply(202, { operation: 'o' }), reply(200, {}));
  broker.when('GET', 'last operation', reply(200, { state: 'failed' }));
  await osb.provision(id, broker.plan);
  await isGone();
  expect(broker.asked('DELETE', 'instance').length).toBeGreaterThan(1);
});

test('a delete counts only when it was sent again after the unanswered create could act no more, also one that was accepted', async () => {
  broker.when('PUT', 'instance', hangUp(), reply(500, {})).when('DELETE', 'instance', reply(202, { operation: 'o' }));
  await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
  await isGone();
  expect(broker.asked('DELETE', 'instance').length).toBeGreaterThan(1);
});

test('a delete that was accepted while the unanswered create could still act does not count, however late it ended', async () => {
  broker.when('PUT', 'instance', hangUp(), reply(500, {})).when('DELETE', 'instance', reply(202, { operation: 'o' }));
  broker.when('GET', 'last operation', reply(200, { state: 'in progress' }));
  await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
  await eventually(async () => broker.asked('DELETE', 'instance').length, (count) => count >= 1);
  await eventually(() => query(stage.gateway.database.url, IS_QUIET, [id]), ([row]) => row?.['is_quiet']);
  broker.when('GET', 'last operation', reply(200, { state: 'succeeded' }));
  await isGone();
  expect(broker.asked('DELETE', 'instance')).toHaveLength(2);
});

test('a delete that was accepted is not sent again because a poll of it was not answered', async () => {
  broker.when('PUT', 'instance', reply(201, {})).when('DELETE', 'instance', reply(202, { operation: 'o' }));
  broker.when('GET', 'last operation', hangUp(), reply(200, { state: 'succeeded' }));
  await osb.provision(id, broker.plan);
  const { body } = await osb.deprovision(id, broker.plan, { acceptsIncomplete: true });
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  expect(broker.asked('DELETE', 'instance')).toHaveLength(1);
});
