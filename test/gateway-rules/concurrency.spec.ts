import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('busy');
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const times = <T>(count: number, ask: (index: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, (_none, index) => ask(index)));

test('G72, P9: twenty identical creates at once make one call', async () => {
  const answers = await times(20, () => osb.provision(id, broker.plan));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
  expect(broker.changes).toEqual(['PUT instance']);
});

test('G73, P9: of creates that differ one wins, its twins join it, and the others are in conflict', async () => {
  const answers = await times(50, (index) => osb.provision(id, broker.plan, index % 2 === 0 ? {} : { parameters: { other: true } }));
  const counts = Map.groupBy(answers, ({ status }) => status);
  expect([counts.get(201)?.length, counts.get(200)?.length, counts.get(409)?.length]).toEqual([1, 24, 25]);
  expect(broker.changes).toEqual(['PUT instance']);
});

test('G74: a backend that is busy says so to the platform, and nothing stays of the request', async () => {
  await osb.provision(id, broker.plan, { parameters: { a: 1 } });
  broker.when('PATCH', 'instance', reply(422, { error: 'ConcurrencyError', description: 'Busy.' }), reply(200, {}));
  const refused = await osb.update(id, broker.plan.serviceId, { parameters: { a: 2 } });
  expect([refused.status, refused.body]).toEqual([422, { error: 'ConcurrencyError', description: 'Busy.' }]);
  expect((await osb.fetch(id)).body.parameters).toEqual({ a: 1 });
  expect((await osb.update(id, broker.plan.serviceId, { parameters: { a: 2 } })).status).toBe(200);
});

test('G75: a request that is sent again is never taken for a rival', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', reply(200, { state: 'in progress' }));
  for (let count = 0; count < 5; count += 1) expect((await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true })).status).toBe(202);
  broker.when('GET', 'last operation', reply(200, { state: 'succeeded' }));
  await osb.ended(id);
  for (let count = 0; count < 5; count += 1) expect((await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true })).status).toBe(200);
  expect(broker.changes).toEqual(['PUT instance']);
});

test('G78: a client that goes away changes nothing: the work goes on, and its result is kept', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  broker.when('PUT', 'instance', (response, request) => void promise.then(() => reply(201, { dashboard_url: 'https://d.example' })(response, request)));
  const gone = new AbortController();
  const asked = osb.provision(id, broker.plan, {}, { signal: gone.signal }).catch(() => 'gone');
  await eventually(async () => broker.changes.length, (count) => count >= 1);
  gone.abort();
  expect(await asked).toBe('gone');
  resolve();
  expect((await eventually(() => osb.fetch(id), ({ status }) => status === 200)).body.dashboard_url).toBe('https://d.example');
});

test('G27, G61, P8: another gateway on the same database knows what the first one was told, at once', async () => {
  const other = await TestGateway.start({ database: stage.gateway.database });
  broker.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', reply(200, { state: 'in progress' }));
  const { body } = await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
  expect((await other.osb().lastOperation(id, body.operation)).body.state).toBe('in progress');
  expect((await other.osb().provision(id, broker.plan, {}, { acceptsIncomplete: true })).body.operation).toBe(body.operation);
  expect((await other.osb().catalog()).text).toBe((await osb.catalog()).text);
  await other.stopKeepingDatabase();
});
