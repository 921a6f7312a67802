import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { hangUp, neverAnswer, reply } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let slow: ScriptedBroker;
let usual: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { budgetMs: 1_500, callMs: 1_000 } });
  slow = await stage.backend('slow', { bindings_retrievable: true, instances_retrievable: true }, { settings: { timeoutMs: 20_000 } });
  usual = await stage.backend('usual');
  await stage.admin.ask('PATCH', '/backends/slow', { body: { policy: { promoteAfterMs: 100 } } });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  slow.forget();
  usual.forget();
});
afterAll(() => stage.stop());

/** Time enough for looking several times on a loaded machine. */
const LONGER = { settings: { timeoutMs: 5_000 } };
const ACCEPTS = { acceptsIncomplete: true };

/** Until a call that began later, and lasts as long as calls do by default, is over. */
async function theUsualTimePasses(): Promise<void> {
  usual.when('PUT', 'instance', neverAnswer);
  expect((await osb.provision(randomUUID(), usual.plan)).status).toBe(504);
}

describe('issue 10, line 5: timeoutMs counts above 50 s, and a 409 to a re-send is looked into', () => {
  test('once its platform has a 202, a call lasts as long as its backend is given, and is not sent again meanwhile', async () => {
    const create = held(reply(201, {}));
    slow.when('PUT', 'instance', create.script);
    const { status, body } = await osb.provision(id, slow.plan, {}, ACCEPTS);
    expect(status).toBe(202);
    await theUsualTimePasses();
    create.release();
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(slow.asked('PUT', 'instance')).toHaveLength(1);
  });

  test('an update lasts as long, and a platform that takes no 202 is answered in time', async () => {
    await osb.provision(id, slow.plan);
    const update = held(reply(200, {}));
    slow.when('PATCH', 'instance', update.script);
    expect((await osb.update(id, slow.plan.serviceId, { parameters: { size: 2 } })).status).toBe(504);
    update.release();
    await eventually(() => osb.lastOperation(id), ({ body }) => body.state === 'succeeded');
    expect(slow.asked('PATCH', 'instance')).toHaveLength(1);
  });

  test('a create that is refused as existing when it is sent again succeeds as soon as its first call has made it', async () => {
    const broker = await stage.backend(`fetching-${id}`, { instances_retrievable: true }, LONGER);
    broker.when('PUT', 'instance', hangUp(), reply(409, { description: 'It is being created.' }));
    const { status, body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
    expect(status).toBe(202);
    await eventually(() => broker.asked('PUT', 'instance').length, (sent) => sent >= 2);
    expect((await osb.lastOperation(id, body.operation)).body.state).toBe('in progress');
    broker.when('GET', 'instance', reply(200, {}));
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(broker.changes).toEqual(['PUT instance', 'PUT instance']);
  });

  test('where instances cannot be fetched, the operation of the broker tells', async () => {
    const broker = await stage.backend(`polled-${id}`, {}, LONGER);
    broker.when('PUT', 'instance', hangUp(), reply(409, { description: 'It is being created.' }));
    broker.when('GET', 'last operation', reply(200, { state: 'in progress' }), reply(200, { state: 'succeeded' }));
    const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(broker.changes).toEqual(['PUT instance', 'PUT instance']);
  });

  test('what never shows fails only after it was looked for and sent once more, and is left to operators', async () => {
    const broker = await stage.backend(`foreign-${id}`, { instances_retrievable: true }, LONGER);
    broker.when('PUT', 'instance', hangUp(), reply(409, { description: 'It exists.' }));
    const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
    const { body: ended } = await osb.ended(id, body.operation);
    expect([ended.state, ended.description]).toEqual(['failed', 'It exists.']);
    expect(broker.asked('GET', 'instance').length).toBeGreaterThan(1);
    expect(broker.changes).toEqual(['PUT instance', 'PUT instance', 'PUT instance']);
  });
});
