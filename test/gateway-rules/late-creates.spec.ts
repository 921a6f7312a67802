import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { hangUp, reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('hasty');
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const BOUND = reply(201, { credentials: { password: 'p' } });

/** The call that was not answered may act for this long, however long the create took to be sent again. */
async function mayStillAct(): Promise<void> {
  const sql = (table: string) => `update ${table} set quiet_after = osb_now() + interval '1.5 seconds' where quiet_after is not null`;
  await query(stage.gateway.database.url, sql('service_instance'));
  await query(stage.gateway.database.url, sql('service_binding'));
}

/** The first call of its create is not answered, the second one is. */
async function sentTwice(): Promise<void> {
  broker.when('PUT', 'instance', hangUp(), reply(201, {}));
  expect((await osb.provision(id, broker.plan)).status).toBe(201);
  await mayStillAct();
}

test('what a create was sent twice for is not gone before its first call can act no more, though the backend says so', async () => {
  await sentTwice();
  broker.when('DELETE', 'instance', reply(410, {}));
  const { status, body } = await osb.deprovision(id, broker.plan, { acceptsIncomplete: true });
  expect([status, broker.asked('DELETE', 'instance').length]).toEqual([202, 1]);
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  expect(broker.asked('DELETE', 'instance')).toHaveLength(2);
});

test('a platform that takes no 202 waits until it is', async () => {
  await sentTwice();
  expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
  expect(broker.asked('DELETE', 'instance')).toHaveLength(2);
});

test('so does the unbind after a bind that was sent twice, and no other', async () => {
  await sentTwice();
  broker.when('PUT', 'binding', hangUp(), BOUND);
  expect((await osb.bind(id, 'twice', broker.plan)).status).toBe(201);
  expect((await osb.bind(id, 'once', broker.plan)).status).toBe(201);
  await mayStillAct();
  expect((await osb.unbind(id, 'once', broker.plan)).status).toBe(200);
  expect(broker.asked('DELETE', 'binding')).toHaveLength(1);
  expect((await osb.unbind(id, 'twice', broker.plan)).status).toBe(200);
  expect(broker.asked('DELETE', 'binding')).toHaveLength(3);
});

test('what a bind left is removed at once, however long the create of its instance may still act', async () => {
  await sentTwice();
  await query(stage.gateway.database.url, `update service_instance set quiet_after = osb_now() + interval '1 hour' where instance_id = $1`, [id]);
  broker.when('PUT', 'binding', reply(500, {}));
  expect((await osb.bind(id, 'b', broker.plan)).status).toBe(502);
  await eventually(() => osb.unbind(id, 'b', broker.plan, { acceptsIncomplete: true }), ({ status }) => status === 410);
  expect(broker.asked('DELETE', 'binding')).toHaveLength(1);
});
