import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { neverAnswer, reply } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { budgetMs: 60_000 } });
  broker = await stage.backend('failing', { bindings_retrievable: true });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const REASON = 'The disk is full.';
const FAILED = { status: 200, body: expect.objectContaining({ state: 'failed', description: REASON }) };

/** An instance, or a binding of an instance that there is. */
interface Kind {
  readonly subject: 'instance' | 'binding';
  readonly prepare: () => Promise<unknown>;
  readonly create: (ask?: object) => Promise<Answer>;
  readonly poll: (operation?: string) => Promise<Answer>;
  readonly remove: () => Promise<Answer>;
}

const INSTANCE: Kind = {
  subject: 'instance',
  prepare: async () => undefined,
  create: (ask = ACCEPTS) => osb.provision(id, broker.plan, {}, ask),
  poll: (operation) => osb.lastOperation(id, operation),
  remove: () => osb.deprovision(id, broker.plan, ACCEPTS),
};
const BINDING: Kind = {
  subject: 'binding',
  prepare: () => osb.provision(id, broker.plan),
  create: (ask = ACCEPTS) => osb.bind(id, 'b', broker.plan, {}, ask),
  poll: (operation) => osb.lastBindingOperation(id, 'b', operation),
  remove: () => osb.unbind(id, 'b', broker.plan, ACCEPTS),
};

describe.each([INSTANCE, BINDING])('$subject', ({ subject, prepare, create, poll, remove }) => {
  const asked = (method: string): number => broker.asked(method, subject).length;
  const isOver = () => eventually(remove, ({ status }) => status === 410);

  beforeEach(async () => {
    await prepare();
    broker.when('PUT', subject, reply(202, { operation: 'o' }), reply(201, {}));
    broker.when('GET', 'last operation', reply(200, { state: 'failed', description: REASON }));
  });

  /** Accepted and failed, and nobody asked how it went. */
  async function accepted(): Promise<string> {
    const { status, body } = await create();
    expect(status).toBe(202);
    await eventually(async () => asked('DELETE'), (count) => count > 0);
    return body.operation;
  }

  test('G75: a create that was accepted and failed is the answer to the same PUT until its platform has read why', async () => {
    broker.when('DELETE', subject, neverAnswer, reply(200, {}));
    const operation = await accepted();
    expect(await create()).toMatchObject({ status: 202, body: { operation } });
    expect(await poll(operation)).toMatchObject(FAILED);
    expect((await create()).status).toBe(201);
    expect(asked('PUT')).toBe(2);
  });

  test('G75: also when what it left is long gone', async () => {
    const operation = await accepted();
    expect(await eventually(create, ({ status }) => status !== 422)).toMatchObject({ status: 202, body: { operation } });
    expect(await poll()).toMatchObject(FAILED);
    expect((await create()).status).toBe(201);
  });

  test('G75: a platform that takes no 202 gets the failure itself, once', async () => {
    await accepted();
    expect(await create({})).toMatchObject({ status: 502, body: { description: REASON } });
    expect((await create({})).status).toBe(201);
  });

  test('a platform that deletes what failed has done with it, and makes it anew', async () => {
    await accepted();
    await isOver();
    expect((await create()).status).toBe(201);
  });

  test('a delete that waits behind a create has done with it, however that ends', async () => {
    const refusal = held(reply(400, { description: REASON }));
    broker.when('PUT', subject, refusal.script, reply(201, {}));
    const first = create();
    await eventually(async () => asked('PUT'), (count) => count >= 1);
    const { body } = await remove();
    refusal.release();
    await first;
    await eventually(() => poll(body.operation), (answer) => answer.body.state === 'succeeded');
    expect((await create()).status).toBe(201);
  });

  test('G92: a create waits for the clean-up of the one that failed before it', async () => {
    broker.when('PUT', subject, reply(500, {}), reply(201, {}));
    const removal = held(reply(200, {}));
    broker.when('DELETE', subject, removal.script);
    expect((await create()).status).toBe(502);
    const again = create();
    await eventually(async () => asked('DELETE'), (count) => count > 0);
    removal.release();
    expect((await again).status).toBe(201);
  });
});
