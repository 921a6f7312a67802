import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { hangUp, reply } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('old-fashioned');
  osb = stage.gateway.osb(undefined, '2.13');
});
beforeEach(async () => {
  id = randomUUID();
  broker.forget();
  await osb.provision(id, broker.plan);
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const BOUND = reply(201, { credentials: { password: 'p' } });
const bind = () => osb.bind(id, 'b', broker.plan, {}, ACCEPTS);

test('G53: a bind of a client of 2.13 is waited for when its backend did not answer the first call', async () => {
  broker.when('PUT', 'binding', hangUp(), BOUND);
  const { status, body } = await bind();
  expect([status, body.credentials]).toEqual([201, { password: 'p' }]);
});

test('G53: also when it is sent again while it runs', async () => {
  const first = held(BOUND);
  broker.when('PUT', 'binding', first.script);
  const answers = [bind()];
  await eventually(async () => broker.asked('PUT', 'binding').length, (count) => count >= 1);
  answers.push(bind());
  first.release();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([201, 200]);
});

test('G53: and one that failed unheard is the failure itself, not a 202', async () => {
  broker.when('PUT', 'binding', reply(400, { description: 'Not this one.' }), BOUND);
  await bind();
  await query(stage.gateway.database.url, `update service_binding set failure_unheard = true where binding_id = 'b' and state = 'deleted'`);
  const { status, body } = await bind();
  expect([status, body.description]).toEqual([400, 'Not this one.']);
  expect((await bind()).status).toBe(201);
});
