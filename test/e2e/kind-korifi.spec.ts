import { randomUUID } from 'node:crypto';
import { RuleStage } from '../gateway-rules/rule-stage.js';
import type { ScriptedBroker } from '../gateway-rules/scripted-broker.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply, type Script } from '../support/stub-broker.js';

/** So that nothing but the profile of the kind makes a 202 of a slow call. */
const HOUR_MS = 3_600_000;
const ACCEPTS = { acceptsIncomplete: true };
const create = { parameters: { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object', properties: { size: { type: 'integer' } } } };
const schemas = { service_instance: { create }, service_binding: { create } };

let stage: RuleStage;
let broker: ScriptedBroker;
let korifi: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { promoteAfterMs: HOUR_MS, budgetMs: HOUR_MS, callMs: 100_000 } });
  broker = await stage.backend('sized', {}, { plan: { schemas } });
  korifi = await stage.gateway.platform('its-korifi', 'korifi');
});
beforeEach(() => {
  broker.forget();
  id = randomUUID();
});
afterAll(() => stage.stop());

/** What the gateway has of this id, as operators see it. */
async function recorded(): Promise<unknown[]> {
  const { items } = (await stage.admin.get('/operations', { instanceId: id })).body;
  return items.map(({ kind, state }: Record<string, unknown>) => [kind, state]);
}

const wrong = { parameters: { size: 'large' } };

describe('a create that would be refused is 202, and then failed with the description', () => {
  test('by the gateway: nothing else is recorded, and a repetition gets the same operation', async () => {
    const answers = [await korifi.provision(id, broker.plan, wrong, ACCEPTS), await korifi.provision(id, broker.plan, wrong, ACCEPTS)];
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    const poll = await korifi.lastOperation(id, answers[0]?.body.operation);
    expect([poll.status, poll.body]).toEqual([200, { state: 'failed', description: expect.stringContaining('/size') }]);
    expect(broker.changes).toEqual([]);
    expect(await recorded()).toEqual([]);
  });

  test.each([
    [400, { description: 'Quota exceeded.' }, 'Quota exceeded.'],
    [409, { description: 'Taken by another.' }, 'Taken by another.'],
    [422, { error: 'Odd', description: 'No such region.' }, 'No such region.'],
  ])('by the backend, with %i', async (status, body, words) => {
    broker.when('PUT', 'instance', reply(status, body));
    const answer = await korifi.provision(id, broker.plan, {}, ACCEPTS);
    expect(answer.status).toBe(202);
    const again = await korifi.provision(id, broker.plan, {}, ACCEPTS);
    expect(again.body).toEqual(answer.body);
    const poll = await korifi.lastOperation(id, answer.body.operation);
    expect(poll.body).toEqual({ state: 'failed', description: expect.stringContaining(words) });
  });

  test('for a body the gateway cannot take', async () => {
    const answer = await korifi.provision(id, broker.plan, { parameters: [] }, ACCEPTS);
    expect(answer.status).toBe(202);
    expect((await korifi.lastOperation(id, answer.body.operation)).body).toMatchObject({ state: 'failed', description: expect.stringContaining('parameters') });
  });

  test('afterwards DELETE is 410 and GET 404, and the id can be used', async () => {
    await korifi.provision(id, broker.plan, wrong, ACCEPTS);
    expect((await korifi.fetch(id)).status).toBe(404);
    expect((await korifi.deprovision(id, broker.plan, ACCEPTS)).status).toBe(410);
    expect((await korifi.provision(id, broker.plan, {}, ACCEPTS)).status).toBe(201);
    expect((await korifi.deprovision(id, broker.plan, ACCEPTS)).status).toBe(200);
  });

  test('a live instance of that id is not touched, nor are its operations', async () => {
    const made = await korifi.provision(id, broker.plan, { parameters: { size: 1 } }, ACCEPTS);
    const before = await recorded();
    const conflict = await korifi.provision(id, broker.plan, { parameters: { size: 2 } }, ACCEPTS);
    expect([made.status, conflict.status]).toEqual([201, 202]);
    expect((await korifi.lastOperation(id, conflict.body.operation)).body).toMatchObject({ state: 'failed' });
    expect(await recorded()).toEqual(before);
    expect((await korifi.lastOperation(id)).body).toEqual({ state: 'succeeded' });
    expect((await korifi.provision(id, broker.plan, { parameters: { size: 1 } }, ACCEPTS)).status).toBe(200);
    expect((await korifi.deprovision(id, broker.plan, ACCEPTS)).status).toBe(200);
  });

  test('it is told to nobody else', async () => {
    const { body } = await korifi.provision(id, broker.plan, wrong, ACCEPTS);
    const other = await stage.gateway.platform(`other-${id.slice(0, 8)}`, 'korifi');
    expect((await other.lastOperation(id, body.operation)).status).toBe(404);
    expect((await korifi.lastOperation(randomUUID(), body.operation)).status).toBe(404);
    expect((await korifi.lastBindingOperation(id, 'b', body.operation)).status).toBe(404);
  });
});

describe('so is a bind', () => {
  beforeEach(() => korifi.provision(id, broker.plan, {}, ACCEPTS));

  test('that the gateway or the backend refuses: a repetition gets the same operation, DELETE 410 and GET 404', async () => {
    broker.when('PUT', 'binding', reply(400, { description: 'No more logins.' }));
    for (const [binding, parameters, words] of [['a', { size: 'x' }, '/size'], ['b', {}, 'No more logins.']] as const) {
      const answers = [await korifi.bind(id, binding, broker.plan, { parameters }, ACCEPTS), await korifi.bind(id, binding, broker.plan, { parameters }, ACCEPTS)];
      expect(answers.map(({ status }) => status)).toEqual([202, 202]);
      expect(answers[1]?.body).toEqual(answers[0]?.body);
      const poll = await korifi.lastBindingOperation(id, binding, answers[0]?.body.operation);
      expect(poll.body).toEqual({ state: 'failed', description: expect.stringContaining(words) });
      expect((await korifi.unbind(id, binding, broker.plan, ACCEPTS)).status).toBe(410);
      expect((await korifi.fetchBinding(id, binding)).status).toBe(404);
    }
  });

  test('a ConcurrencyError is 503, which is asked again: 422 would be its end', async () => {
    broker.when('PATCH', 'instance', reply(202, {})).when('GET', 'last operation', reply(200, { state: 'in progress' }));
    await korifi.update(id, broker.plan.serviceId, { parameters: { size: 3 } }, ACCEPTS);
    const bind = await korifi.bind(id, 'b', broker.plan, {}, ACCEPTS);
    expect([bind.status, bind.headers['retry-after']]).toEqual([503, '1']);
  });
});

test('a bind that has to wait for its turn does not hold up its one worker either', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await stage.admin.ask('PATCH', '/backends/sized', { body: { policy: { parallelBindings: false } } });
  await korifi.provision(id, broker.plan, {}, ACCEPTS);
  broker.when('PUT', 'binding', (response, request) => void released.then(() => reply(201, { credentials: {} })(response, request)));
  const first = await korifi.bind(id, 'a', broker.plan, {}, ACCEPTS);
  const second = await korifi.bind(id, 'b', broker.plan, {}, ACCEPTS);
  expect([first.status, second.status]).toEqual([202, 503]);
  release();
  expect((await korifi.ended(id, first.body.operation, 'a')).body.state).toBe('succeeded');
  expect((await korifi.bind(id, 'b', broker.plan, {}, ACCEPTS)).status).toBe(201);
  await stage.admin.ask('PATCH', '/backends/sized', { body: { policy: {} } });
});

test('what Korifi tries again stays an error: 401, 404 and 5xx', async () => {
  const bind = await korifi.bind(id, 'b', broker.plan, {}, ACCEPTS);
  broker.when('PUT', 'instance', reply(500, {}));
  const failing = await korifi.provision(id, broker.plan, {}, ACCEPTS);
  const stranger = stage.gateway.osb({ username: 'its-korifi-user', password: 'wrong' });
  const login = await stranger.provision(id, broker.plan, {}, ACCEPTS);
  expect([bind.status, failing.status, login.status]).toEqual([404, 502, 401]);
});

test('all other kinds are told the error', async () => {
  const kinds = ['cloudfoundry', 'kubernetes', 'crossplane'] as const;
  const others = [stage.osb, ...(await Promise.all(kinds.map((kind) => stage.gateway.platform(`its-${kind}`, kind))))];
  const answers = await Promise.all(others.map((osb) => osb.provision(id, broker.plan, wrong, ACCEPTS)));
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
});

test('one slow call does not hold up its one worker: the profile answers after a second, and a re-sent PUT or DELETE at once', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const held = (script: Script): Script => (response, request) => void released.then(() => script(response, request));
  broker.when('PUT', 'instance', held(reply(201))).when('DELETE', 'instance', held(reply(200)));
  const creates = [await korifi.provision(id, broker.plan, {}, ACCEPTS), await korifi.provision(id, broker.plan, {}, ACCEPTS)];
  const deletes = [await korifi.deprovision(id, broker.plan, ACCEPTS), await korifi.deprovision(id, broker.plan, ACCEPTS)];
  expect([...creates, ...deletes].map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  expect([creates[1]?.body, deletes[1]?.body]).toEqual([creates[0]?.body, deletes[0]?.body]);
  expect(broker.asked('PUT', 'instance')).toHaveLength(1);
  release();
  expect((await korifi.ended(id, deletes[0]?.body.operation)).body.state).toBe('succeeded');
});
