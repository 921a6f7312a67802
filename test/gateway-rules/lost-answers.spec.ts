import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { hangUp, reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let brief: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { budgetMs: 3_000, callMs: 1_000 } });
  // Whatever waits for the end of a call waits for longer than a test may take.
  const settings = { timeoutMs: 600_000 };
  broker = await stage.backend('patient', { instances_retrievable: true, bindings_retrievable: true }, { settings });
  brief = await stage.backend('brief', { instances_retrievable: true });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
  brief.forget();
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const BUSY = reply(422, { error: 'ConcurrencyError', description: 'One at a time.' });
const GONE = reply(410, {});

async function bound(): Promise<void> {
  await osb.provision(id, broker.plan);
  expect((await osb.bind(id, 'b', broker.plan)).status).toBe(201);
}

describe('issue 10, line 4: lost answers cost little', () => {
  test('a deprovision is repeated at once, and the next instance of the id has another one at the backend', async () => {
    await osb.provision(id, broker.plan);
    broker.when('DELETE', 'instance', hangUp(), GONE);
    const { body } = await osb.deprovision(id, broker.plan, ACCEPTS);
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(broker.asked('DELETE', 'instance')).toHaveLength(2);
    broker.forget();
    expect((await osb.provision(id, broker.plan)).status).toBe(201);
    expect(broker.asked('PUT', 'instance').map(({ url }) => url.includes(id))).toEqual([false]);
  });

  test('an unbind is repeated at once, and its id is not bound again while its first call may act', async () => {
    await bound();
    broker.when('DELETE', 'binding', hangUp(), GONE);
    const { body } = await osb.unbind(id, 'b', broker.plan, ACCEPTS);
    expect((await osb.ended(id, body.operation, 'b')).body.state).toBe('succeeded');
    const again = await osb.bind(id, 'b', broker.plan);
    expect([again.status, again.body.error]).toEqual([422, 'ConcurrencyError']);
    expect((await osb.bind(id, 'other', broker.plan)).status).toBe(201);
    expect(broker.asked('PUT', 'binding')).toHaveLength(2);
  });

  test('a repetition that is refused as concurrent asks how the first call is getting on', async () => {
    await osb.provision(id, broker.plan);
    broker.when('DELETE', 'instance', hangUp(), BUSY, BUSY, GONE);
    const { body } = await osb.deprovision(id, broker.plan, ACCEPTS);
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(broker.asked('DELETE', 'instance')).toHaveLength(4);
  });

  test('a platform that waits for its delete has its answer within the same request', async () => {
    await osb.provision(id, broker.plan);
    broker.when('DELETE', 'instance', hangUp(), reply(200, {}));
    expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
  });

  test('a create, a bind and an update that are found are not sent again', async () => {
    broker.when('PUT', 'instance', hangUp()).when('GET', 'instance', reply(404, {}), reply(200, {}));
    const create = await osb.provision(id, broker.plan, { parameters: { size: 1 } }, ACCEPTS);
    expect((await osb.ended(id, create.body.operation)).body.state).toBe('succeeded');
    broker.when('PUT', 'binding', hangUp()).when('GET', 'binding', reply(404, {}), reply(200, { credentials: { password: 'found' } }));
    const bind = await osb.bind(id, 'b', broker.plan, {}, ACCEPTS);
    expect((await osb.ended(id, bind.body.operation, 'b')).body.state).toBe('succeeded');
    broker.when('PATCH', 'instance', hangUp()).when('GET', 'instance', reply(200, { parameters: { size: 1 } }), reply(200, { parameters: { size: 2 } }));
    const update = await osb.update(id, broker.plan.serviceId, { parameters: { size: 2 } }, ACCEPTS);
    expect((await osb.ended(id, update.body.operation)).body.state).toBe('succeeded');
    expect(broker.changes).toEqual(['PUT instance', 'PUT binding', 'PATCH instance']);
  });

  test('an update that is not found is sent once more when its call is over, and settles with that', async () => {
    await osb.provision(id, brief.plan);
    brief.when('PATCH', 'instance', hangUp(), reply(200, {}));
    const { body } = await osb.update(id, brief.plan.serviceId, { parameters: { size: 2 } }, ACCEPTS);
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(brief.asked('PATCH', 'instance')).toHaveLength(2);
  });

  test('a delete whose gateway died before it sent it is sent as soon as another one holds it', async () => {
    await osb.provision(id, broker.plan);
    broker.when('DELETE', 'instance', reply(202, {})).when('GET', 'last operation', reply(200, { state: 'in progress' }));
    const { body } = await osb.deprovision(id, broker.plan, ACCEPTS);
    await eventually(() => broker.asked('GET', 'last operation').length, (polls) => polls > 0);
    broker.when('DELETE', 'instance', GONE);
    await asIfItsHolderDied(body.operation);
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(broker.asked('DELETE', 'instance')).toHaveLength(2);
  });
});

/** The operation as a process leaves it that is killed between its intent and its call. */
async function asIfItsHolderDied(operation: string): Promise<void> {
  await query(
    stage.gateway.database.url,
    `update operation set step = 'send', leased_by = 'killed', leased_until = osb_now() - interval '1 second', epoch = epoch + 1,
       call_deadline_at = osb_now() + interval '10 minutes', next_attempt_at = osb_now() where id = $1`,
    [operation],
  );
}
