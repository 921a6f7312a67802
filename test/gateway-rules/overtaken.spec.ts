import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { hangUp, neverAnswer, reply, type Script } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let brief: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { budgetMs: 3_000, callMs: 1_000, promoteAfterMs: 200 } });
  // Whatever waits for the end of a call waits for longer than a test may take.
  broker = await stage.backend('patient', {}, { settings: { timeoutMs: 600_000 } });
  brief = await stage.backend('brief', { bindings_retrievable: true });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
  brief.forget();
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const ACCEPTED = reply(202, {});
const IN_PROGRESS = reply(200, { state: 'in progress' });
const BUSY = reply(422, { error: 'ConcurrencyError', description: 'One at a time.' });
const outcome = ({ status, body }: { status: number; body: { readonly error?: string } }): unknown[] => [status, body.error];
const deletes = (of: ScriptedBroker): number => of.asked('DELETE', 'instance').length;

/** A delete that is taken, and does not end by itself before it has succeeded. */
async function deleted(of: ScriptedBroker): Promise<string> {
  const { status, body } = await osb.deprovision(id, of.plan, ACCEPTS);
  expect(status).toBe(202);
  return body.operation;
}
const ended = async (operation: string): Promise<unknown> => (await osb.ended(id, operation)).body.state;

/** A create that its broker accepted, and works on for ever. */
async function acceptedCreate(of: ScriptedBroker): Promise<string> {
  of.when('PUT', 'instance', ACCEPTED).when('GET', 'last operation', IN_PROGRESS);
  const { status, body } = await osb.provision(id, of.plan, {}, ACCEPTS);
  expect(status).toBe(202);
  return body.operation;
}

describe('issue 10, line 3: a delete behind a hanging create is sent', () => {
  test('at once where the create was accepted, which ends as failed', async () => {
    const create = await acceptedCreate(broker);
    expect((await osb.deprovision(id, broker.plan, ACCEPTS)).status).toBe(200);
    expect((await osb.lastOperation(id, create)).body).toEqual({ state: 'failed', description: 'cancelled: the instance is being deleted' });
    expect(broker.changes).toEqual(['PUT instance', 'DELETE instance']);
    broker.forget();
    expect((await osb.provision(id, broker.plan)).status).toBe(201);
  });

  test('as soon as the call of the create has ended', async () => {
    const call = held(ACCEPTED);
    broker.when('PUT', 'instance', call.script).when('GET', 'last operation', IN_PROGRESS);
    const create = await osb.provision(id, broker.plan, {}, ACCEPTS);
    const operation = await deleted(broker);
    expect([create.status, deletes(broker)]).toEqual([202, 0]);
    call.release();
    expect(await ended(operation)).toBe('succeeded');
    expect(await ended(create.body.operation)).toBe('failed');
    expect(broker.changes).toEqual(['PUT instance', 'DELETE instance']);
  });

  test('when the call of the create can be under way no more, and the create is not sent again', async () => {
    brief.when('PUT', 'instance', neverAnswer);
    const create = await osb.provision(id, brief.plan, {}, ACCEPTS);
    const operation = await deleted(brief);
    expect(await ended(operation)).toBe('succeeded');
    expect(await ended(create.body.operation)).toBe('failed');
    expect(brief.asked('PUT', 'instance')).toHaveLength(1);
    // Once more, after all that the create may still have made.
    expect(deletes(brief)).toBeGreaterThan(1);
  });

  test('also where the create waits to be sent again', async () => {
    brief.when('PUT', 'instance', hangUp(), BUSY);
    const { body } = await osb.provision(id, brief.plan, {}, ACCEPTS);
    await eventually(async () => brief.asked('PUT', 'instance').length, (count) => count > 1);
    const operation = await deleted(brief);
    const asked = brief.asked('PUT', 'instance').length;
    expect([await ended(operation), await ended(body.operation)]).toEqual(['succeeded', 'failed']);
    expect(brief.asked('PUT', 'instance').length).toBeLessThanOrEqual(asked + 1);
  });

  test('and nothing else is begun on the instance', async () => {
    const call = held(ACCEPTED);
    broker.when('PUT', 'instance', call.script).when('GET', 'last operation', IN_PROGRESS);
    await osb.provision(id, broker.plan, {}, ACCEPTS);
    const operation = await deleted(broker);
    expect(outcome(await osb.update(id, broker.plan.serviceId, { parameters: { a: 1 } }, ACCEPTS))).toEqual([422, 'ConcurrencyError']);
    expect(outcome(await osb.bind(id, 'b', broker.plan, {}, ACCEPTS))).toEqual([422, 'ConcurrencyError']);
    call.release();
    expect(await ended(operation)).toBe('succeeded');
  });

  test.each([
    ['410', reply(410, {})],
    ['404', reply(404, { description: 'No such instance.' })],
  ])('again after a %s, which an accepted create may make untrue', async (_what, unknown) => {
    await acceptedCreate(broker);
    broker.when('DELETE', 'instance', unknown, unknown, reply(200, {}));
    expect(await ended(await deleted(broker))).toBe('succeeded');
    expect(deletes(broker)).toBe(3);
  });

  test('until 410 counts: after the deadline of the create', async () => {
    await acceptedCreate(brief);
    brief.when('DELETE', 'instance', reply(410, {}));
    expect(await ended(await deleted(brief))).toBe('succeeded');
    expect(deletes(brief)).toBeGreaterThan(1);
  });

  test('again while the broker still works on the create, and says so', async () => {
    await acceptedCreate(broker);
    broker.when('DELETE', 'instance', BUSY, BUSY, BUSY, reply(200, {}));
    expect(await ended(await deleted(broker))).toBe('succeeded');
    expect(deletes(broker)).toBe(4);
  });
});

describe('issue 10, line 3: a delete behind something else that hangs is sent', () => {
  const update = () => osb.update(id, brief.plan.serviceId, { parameters: { a: 1 } }, ACCEPTS);
  const bind = () => osb.bind(id, 'b', brief.plan, {}, ACCEPTS);
  const unbind = () => osb.unbind(id, 'bound', brief.plan, ACCEPTS);
  const cases = [
    ['an update', 'PATCH', 'instance', update, 'failed'],
    ['a bind', 'PUT', 'binding', bind, 'failed'],
    ['an unbind', 'DELETE', 'binding', unbind, 'succeeded'],
  ] as const;
  beforeEach(async () => {
    expect((await osb.provision(id, brief.plan)).status).toBe(201);
    expect((await osb.bind(id, 'bound', brief.plan)).status).toBe(201);
  });

  const scripts: readonly (readonly [string, Script])[] = [
    ['was accepted and never ends', ACCEPTED],
    ['is never answered', hangUp()],
  ];
  test.each(cases.flatMap(([what, ...rest]) => scripts.map(([how, script]) => [what, how, script, ...rest] as const)))(
    'where %s %s',
    async (_what, _how, script, method, subject, send, end) => {
      brief.when(method, subject, script).when('GET', 'last operation', IN_PROGRESS);
      const begun = await send();
      expect(begun.status).toBe(202);
      const operation = await deleted(brief);
      expect(await ended(operation)).toBe('succeeded');
      expect(deletes(brief)).toBeGreaterThan(0);
      const states = (await stage.admin.get('/operations', { instanceId: id })).body.items.filter((item: { id: string }) => item.id === begun.body.operation);
      expect(states).toMatchObject([{ state: end }]);
    },
  );
});

describe('issue 10, line 3: a bind that was overtaken is unbound after the delete', () => {
  beforeEach(async () => {
    expect((await osb.provision(id, brief.plan)).status).toBe(201);
  });

  test('where it was accepted', async () => {
    brief.when('PUT', 'binding', ACCEPTED).when('GET', 'last operation', IN_PROGRESS);
    await osb.bind(id, 'b', brief.plan, {}, ACCEPTS);
    expect(await ended(await deleted(brief))).toBe('succeeded');
    expect(brief.changes).toEqual(['PUT instance', 'PUT binding', 'DELETE instance', 'DELETE binding']);
  });

  test('where it was never answered, and the delete is repeated when it can make nothing any more', async () => {
    brief.when('PUT', 'binding', hangUp());
    await osb.bind(id, 'b', brief.plan, {}, ACCEPTS);
    expect(await ended(await deleted(brief))).toBe('succeeded');
    expect(brief.changes.slice(0, 3)).toEqual(['PUT instance', 'PUT binding', 'DELETE instance']);
    expect(brief.changes.at(-1)).toBe('DELETE instance');
    expect(brief.asked('DELETE', 'binding').length).toBeGreaterThan(1);
  });

  test('whatever comes of that, which is reported', async () => {
    brief.when('PUT', 'binding', ACCEPTED).when('GET', 'last operation', IN_PROGRESS).when('DELETE', 'binding', reply(500, {}));
    await osb.bind(id, 'b', brief.plan, {}, ACCEPTS);
    expect(await ended(await deleted(brief))).toBe('succeeded');
    expect(brief.asked('DELETE', 'binding').length).toBeGreaterThan(0);
    expect(stage.gateway.logLines.filter((line) => line.includes('before its backend confirmed these unbinds') && line.includes(id))).toHaveLength(1);
  });
});


describe('issue 10, line 3: with two gateways', () => {
  let other: TestGateway;
  beforeAll(async () => {
    other = await TestGateway.start({ database: stage.gateway.database, timings: { budgetMs: 3_000, callMs: 1_000, promoteAfterMs: 200 } });
  });
  afterAll(() => other.stop());

  test('a create that one of them carries is overtaken by the other, and both are told that it failed', async () => {
    const call = held(ACCEPTED);
    broker.when('PUT', 'instance', call.script).when('GET', 'last operation', IN_PROGRESS);
    const create = await osb.provision(id, broker.plan, {}, ACCEPTS);
    const { status, body } = await other.osb().deprovision(id, broker.plan, ACCEPTS);
    expect([status, deletes(broker)]).toEqual([202, 0]);
    call.release();
    expect(await ended(body.operation)).toBe('succeeded');
    const told = await Promise.all([osb, other.osb()].map((each) => each.lastOperation(id, create.body.operation)));
    expect(told.map((each) => each.body.state)).toEqual(['failed', 'failed']);
    expect(broker.changes).toEqual(['PUT instance', 'DELETE instance']);
  });

  test('deletes at both, at the same moment, are one', async () => {
    await acceptedCreate(broker);
    const answer = held(reply(200, {}));
    broker.when('DELETE', 'instance', answer.script);
    const both = Promise.all([osb, other.osb()].map((each) => each.deprovision(id, broker.plan, ACCEPTS)));
    await eventually(async () => deletes(broker), (count) => count > 0);
    answer.release();
    for (const { status } of await both) expect([200, 202, 410]).toContain(status);
    await eventually(() => osb.fetch(id), ({ status }) => status === 404);
    expect(broker.changes).toEqual(['PUT instance', 'DELETE instance']);
  });
});
