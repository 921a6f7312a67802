import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import { FORWARD } from '../faults/proxies/fate.js';
import { PostgresProxy } from '../faults/proxies/postgres-proxy.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { reply } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

let database: TestDatabase;
let proxy: PostgresProxy;

beforeAll(async () => {
  database = await createDatabase(GATEWAY_TEMPLATE);
  proxy = await PostgresProxy.start(database.url);
  stage = await RuleStage.start({ database: { ...database, url: proxy.url } });
  broker = await stage.backend('clinging', { bindings_retrievable: true });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(async () => {
  await stage.stop();
  await proxy.close();
  await database.drop();
});

/** Resolves when some request looks whether an operation has ended. */
function looksForEnd(): Promise<void> {
  return new Promise((resolve) => {
    proxy.fateOf = ({ statement }) => {
      if (statement === 'find-task') resolve();
      return FORWARD;
    };
  });
}

const ACCEPTS = { acceptsIncomplete: true };
const outcome = ({ status, body }: Answer): unknown[] => [status, body.error];

describe.each([
  {
    subject: 'instance' as const,
    prepare: async (): Promise<unknown> => undefined,
    create: () => osb.provision(id, broker.plan, {}, ACCEPTS),
    poll: (operation?: string) => osb.lastOperation(id, operation),
    remove: () => osb.deprovision(id, broker.plan, ACCEPTS),
  },
  {
    subject: 'binding' as const,
    prepare: (): Promise<unknown> => osb.provision(id, broker.plan),
    create: () => osb.bind(id, 'b', broker.plan, {}, ACCEPTS),
    poll: (operation?: string) => osb.lastBindingOperation(id, 'b', operation),
    remove: () => osb.unbind(id, 'b', broker.plan, ACCEPTS),
  },
])('$subject', ({ subject, prepare, create, poll, remove }) => {
  beforeEach(prepare);

  const REFUSED_ONCE = [reply(400, { description: 'Not now.' }), reply(200, {})];

  /** A delete that waited behind a create which failed, or has overtaken one, and that the backend refuses. */
  async function refusedAfter(fail: () => void): Promise<void> {
    broker.when('DELETE', subject, ...REFUSED_ONCE);
    const created = create();
    await eventually(async () => broker.asked('PUT', subject).length, (count) => count >= 1);
    const { status, body } = await remove();
    fail();
    await created;
    if (status !== 400) await eventually(() => poll(body.operation), (answer) => answer.body.state === 'failed');
  }

  /** How a create is answered, a delete, and another create. */
  const askedAgain = async (): Promise<unknown[]> => [outcome(await create()), (await remove()).status, (await create()).status];
  const kept = [[422, 'ConcurrencyError'], 200, 201];

  test('what a delete could not remove keeps its id from being used again, until it is deleted', async () => {
    const failure = held(reply(500, {}));
    broker.when('PUT', subject, failure.script, reply(201, {}));
    await refusedAfter(() => failure.release());
    expect(await askedAgain()).toEqual(kept);
  });

  test('a platform that deleted what it was told 202 for is not told how that failed', async () => {
    broker.when('PUT', subject, reply(202, {}), reply(201, {})).when('GET', 'last operation', reply(200, { state: 'in progress' }));
    await refusedAfter(() => broker.when('GET', 'last operation', reply(200, { state: 'failed' })));
    expect(await askedAgain()).toEqual(kept);
  });

  test('a create that waits for a clean-up does not outlive a delete that came after it', async () => {
    const removal = held(reply(200, {}));
    broker.when('PUT', subject, reply(500, {}), reply(201, {})).when('DELETE', subject, removal.script);
    expect((await create()).status).toBe(502);
    await eventually(async () => broker.asked('DELETE', subject).length, (count) => count >= 1);
    const waiting = create();
    await looksForEnd();
    const { body } = await remove();
    removal.release();
    expect(outcome(await waiting)).toEqual([422, 'ConcurrencyError']);
    expect((await poll(body.operation)).body.state).toBe('succeeded');
    expect(broker.asked('PUT', subject)).toHaveLength(1);
  });
});
