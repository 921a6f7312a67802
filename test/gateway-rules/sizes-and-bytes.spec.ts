import { randomUUID } from 'node:crypto';
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
  broker = await stage.backend('exact', {}, { settings: { maxAnswerBytes: 100_000 } });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const provision = (parameters: string) =>
  osb.http.request('PUT', `/v2/service_instances/${id}`, {
    raw: `{"service_id":"exact-service","plan_id":"exact-plan","organization_guid":"o","space_guid":"s","parameters":${parameters}}`,
  });

test.each([
  ['G85', '{"n":12345678901234567890,"2":1.0,"1":1E2}'],
  ['G86', String.raw`{"lone":"\ud800","b":1,"a":{"2":1,"1":2}}`],
  ['G87', `{"much":"${'x'.repeat(1_000_000)}"}`],
])('%s: parameters arrive at the backend to the byte, and come back so', async (_rule, parameters) => {
  expect((await provision(parameters)).status).toBe(201);
  expect(broker.asked('PUT', 'instance')[0]?.body).toContain(`"parameters":${parameters}`);
  expect((await osb.fetch(id)).text).toContain(`"parameters":${parameters}`);
});

test('G86: a zero character, which nobody could keep, is refused and changes nothing', async () => {
  const { status, body } = await provision(String.raw`{"zero":"a\u0000b"}`);
  expect([status, body, broker.changes]).toEqual([400, { error: 'BadRequest', description: expect.stringContaining('U+0000') }, []]);
});

test('G85: credentials come to the platform as the backend wrote them', async () => {
  await osb.provision(id, broker.plan);
  const credentials = '{"port":12345678901234567890,"10":1.0,"2":"\\u00e4"}';
  broker.when('PUT', 'binding', reply(201, `{"credentials":${credentials}}`));
  expect((await osb.bind(id, 'b', broker.plan)).text).toContain(`"credentials":${credentials}`);
});

test('G87: an answer without end is cut off, and what it was about is removed', async () => {
  broker.when('PUT', 'instance', reply(201, `{"x":"${'x'.repeat(200_000)}"}`));
  expect((await osb.provision(id, broker.plan)).status).toBe(502);
});
