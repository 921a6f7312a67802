import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply, type Script } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('refusing');
  ({ osb } = stage);
});
beforeEach(async () => {
  id = randomUUID();
  broker.forget();
  expect((await osb.provision(id, broker.plan)).status).toBe(201);
  expect((await osb.bind(id, 'good', broker.plan)).status).toBe(201);
});
/** What a test leaves to be sent for ever would count in the next one, and open the backend's breaker. */
afterEach(async () => {
  broker.forget();
  await eventually(async () => (await stage.admin.get('/operations', { state: 'running' })).body.items, ({ length }) => length === 0);
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const CREDENTIALS = { credentials: { password: 'p' } };

/** Of the binding `bad` one thing, of all others what a good broker does. */
const ofBad = (bad: Script, good: Script): Script => (response, request) => (request.url.includes('/bad') ? bad : good)(response, request);
const unbindsOfBad = (): number => broker.asked('DELETE', 'binding').filter(({ url }) => url.includes(`${id}/service_bindings/bad`)).length;

/** To unbinds of this test one answer after the other; earlier tests may have left unbinds of their own. */
const inOrder =
  (...answers: Script[]): Script =>
  (response, request) => {
    const answer = request.url.includes(id) ? answers.shift() : undefined;
    (answer ?? reply(200, {}))(response, request);
  };

/** A bind that failed, and whose orphan mitigation is answered so for ever. */
async function failedBind(answer: Script): Promise<void> {
  broker.when('PUT', 'binding', ofBad(reply(500, {}), reply(201, CREDENTIALS))).when('DELETE', 'binding', ofBad(answer, reply(200, {})));
  expect((await osb.bind(id, 'bad', broker.plan)).status).toBe(502);
  await eventually(async () => unbindsOfBad(), (count) => count > 1);
}

describe.each([
  ['500', reply(500, {})],
  ['400', reply(400, { description: 'No.' })],
  ['a 404 of a router', reply(404, '404 page not found')],
])('a failed bind does not lock its instance, although its orphan mitigation is answered %s for ever', (_what, answer) => {
  beforeEach(() => failedBind(answer));

  test('other bindings are made and removed, and the instance is updated, at once', async () => {
    expect((await osb.bind(id, 'other', broker.plan)).status).toBe(201);
    expect((await osb.unbind(id, 'good', broker.plan)).status).toBe(200);
    expect((await osb.update(id, broker.plan.serviceId, { parameters: { a: 1 } })).status).toBe(200);
  });

  test('the instance is deleted, with the flag or without, and nothing of it is left to do', async () => {
    expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
    expect((await stage.admin.get('/operations', { instanceId: id, state: 'running' })).body.items).toEqual([]);
    expect((await osb.provision(id, broker.plan)).status).toBe(201);
  });
});

test('an update waits for the call of an orphan mitigation that is under way, and for nothing else of it', async () => {
  const call = held(reply(500, {}));
  broker.when('PUT', 'binding', reply(500, {})).when('DELETE', 'binding', call.script);
  expect((await osb.bind(id, 'bad', broker.plan)).status).toBe(502);
  await eventually(async () => unbindsOfBad(), (count) => count > 0);
  const update = osb.update(id, broker.plan.serviceId, { parameters: { a: 1 } });
  const elsewhere = randomUUID();
  expect((await osb.provision(elsewhere, broker.plan)).status).toBe(201);
  expect((await osb.update(elsewhere, broker.plan.serviceId, { parameters: { a: 1 } })).status).toBe(200);
  expect(broker.asked('PATCH', 'instance').map(({ url }) => url.includes(id))).toEqual([false]);
  call.release();
  expect((await update).status).toBe(200);
});

describe('a 404 to orphan mitigation', () => {
  const ended = (): Promise<unknown> =>
    eventually(async () => (await stage.admin.get('/operations', { instanceId: id, kind: 'unbind' })).body.items, ([line]) => line?.state === 'succeeded');

  test('is the end when the broker itself says it twice, and its catalog can be read', async () => {
    broker.when('PUT', 'binding', reply(500, {})).when('DELETE', 'binding', reply(404, { description: 'No such binding.' }));
    expect((await osb.bind(id, 'bad', broker.plan)).status).toBe(502);
    await ended();
    expect(unbindsOfBad()).toBe(2);
  });

  test.each([
    ['its catalog cannot be read', reply(404, {}), reply(503, {})],
    ['a router marked it', reply(404, {}, { 'X-Cf-RouterError': 'unknown_route' }), undefined],
    ['it has no JSON object', reply(404, ''), undefined],
  ])('is no end when %s', async (_what, answer, catalog) => {
    if (catalog) broker.when('GET', 'catalog', catalog);
    await failedBind(answer);
    await eventually(async () => unbindsOfBad(), (count) => count > 4);
    expect((await stage.admin.get('/operations', { instanceId: id, kind: 'unbind' })).body.items).toMatchObject([{ state: 'running' }]);
  });

  test('is no end when the second try says something else', async () => {
    broker.when('PUT', 'binding', reply(500, {})).when('DELETE', 'binding', inOrder(reply(404, {}), reply(500, {}), reply(200, {})));
    expect((await osb.bind(id, 'bad', broker.plan)).status).toBe(502);
    await ended();
    expect(unbindsOfBad()).toBe(3);
  });

  test('to the unbind of a platform it never is', async () => {
    broker.when('DELETE', 'binding', reply(404, { description: 'No such binding.' }));
    expect((await osb.unbind(id, 'good', broker.plan)).status).toBe(502);
    expect((await osb.unbind(id, 'good', broker.plan, ACCEPTS)).body.description).toBe('No such binding.');
  });
});
