import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { budgetMs: 1_500, promoteAfterMs: 300 } });
  broker = await stage.backend('plain');
  ({ osb } = stage);
});
beforeEach(async () => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const BUSY = reply(422, { error: 'ConcurrencyError', description: 'Another operation for this service instance is in progress.' });
const BOUND = reply(201, { credentials: { password: 'p' } });
const binds = (): number => broker.asked('PUT', 'binding').length;

test('binds of different ids of one instance reach a broker side by side', async () => {
  await osb.provision(id, broker.plan);
  const call = held(BOUND);
  broker.when('PUT', 'binding', call.script);
  const both = [osb.bind(id, 'one', broker.plan), osb.bind(id, 'other', broker.plan)];
  await eventually(async () => binds(), (count) => count >= 2);
  call.release();
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([201, 201]);
});

test('one by one where its operator wants it so', async () => {
  const serial = await stage.backend('serial');
  await stage.admin.ask('PATCH', '/backends/serial', { body: { policy: { parallelBindings: false } } });
  await osb.provision(id, serial.plan);
  const call = held(BOUND);
  serial.when('PUT', 'binding', call.script, BOUND);
  const one = osb.bind(id, 'one', serial.plan);
  await eventually(async () => serial.asked('PUT', 'binding').length, (count) => count >= 1);
  const other = osb.bind(id, 'other', serial.plan);
  expect((await osb.fetch(id)).status).toBe(200);
  expect(serial.asked('PUT', 'binding')).toHaveLength(1);
  call.release();
  expect((await Promise.all([one, other])).map(({ status }) => status)).toEqual([201, 201]);
});

test('a broker that is busy with another bind is asked again while the request waits, and the platform gets its credentials', async () => {
  await osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', BUSY, BUSY, BOUND);
  const { status, body } = await osb.bind(id, 'b', broker.plan, {}, ACCEPTS);
  expect([status, body]).toEqual([201, { credentials: { password: 'p' } }]);
  expect(broker.asked('PUT', 'binding')).toHaveLength(3);
});

test('for a platform that takes no 202 a broker that stays busy makes it 422 ConcurrencyError, and nothing is left there', async () => {
  await osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', BUSY);
  const { status, body } = await osb.bind(id, 'b', broker.plan);
  expect([status, body.error]).toEqual([422, 'ConcurrencyError']);
  expect(broker.asked('PUT', 'binding').length).toBeGreaterThan(2);
  expect(broker.asked('DELETE', 'binding')).toHaveLength(0);
  broker.when('PUT', 'binding', BOUND);
  expect((await osb.bind(id, 'b', broker.plan)).status).toBe(201);
});

test('a platform that may come back is told 202, and the broker is asked until it can', async () => {
  await osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', BUSY);
  const { status, body } = await osb.bind(id, 'b', broker.plan, {}, ACCEPTS);
  expect(status).toBe(202);
  // Until the runner has it: the time of the request is over.
  const attempts = async () => (await stage.admin.get('/operations', { id: body.operation })).body.items[0].attempts;
  await eventually(attempts, (count) => count > 1);
  broker.when('PUT', 'binding', BOUND);
  expect((await eventually(() => osb.lastBindingOperation(id, 'b', body.operation), (poll) => poll.body.state !== 'in progress')).body.state).toBe('succeeded');
  expect((await osb.bind(id, 'b', broker.plan, {}, ACCEPTS)).body).toEqual({ credentials: { password: 'p' } });
});

test('an unbind that its broker is too busy for is sent again while the request waits', async () => {
  await osb.provision(id, broker.plan);
  await osb.bind(id, 'b', broker.plan);
  broker.when('DELETE', 'binding', BUSY, reply(200, {}));
  expect((await osb.unbind(id, 'b', broker.plan)).status).toBe(200);
});
