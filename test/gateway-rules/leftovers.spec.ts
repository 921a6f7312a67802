import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { Answer } from '../support/http-client.js';
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
  stage = await RuleStage.start();
  broker = await stage.backend('clinging', { bindings_retrievable: true });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

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

  /** A delete that waited behind a create which failed, and that the backend refuses. */
  async function refusedAfter(fail: () => void): Promise<void> {
    broker.when('DELETE', subject, ...REFUSED_ONCE);
    const created = create();
    await eventually(async () => broker.asked('PUT', subject).length, (count) => count === 1);
    const { status, body } = await remove();
    expect(status).toBe(202);
    fail();
    await created;
    await eventually(() => poll(body.operation), (answer) => answer.body.state === 'failed');
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
});
