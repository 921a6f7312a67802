import { hangUp, reply, type Script } from '../../support/stub-broker.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeAll(async () => {
  stubbed = await Stubbed.start();
});
afterAll(() => stubbed.stop());

const later = reply(202, { operation: 'op' });
const succeeded = reply(200, { state: 'succeeded' });
const refusal = (word: string): object => ({ error: word, description: 'Broker says no.' });

type Row = readonly [answer: string, script: Script, shown: string, error: string | undefined];

test.each<Row>([
  ['200 {}', reply(200), 'update succeeded', undefined],
  ['202, polled', later, 'update succeeded', undefined],
  ['200 without a body', reply(200, ''), 'update failed', 'ResponseMalformed'],
  ['201', reply(201), 'update failed', 'BadResponse'],
  ['409', reply(409, refusal('Conflict')), 'update failed', 'BadResponse'],
  ['410', reply(410), 'update failed', 'BadResponse'],
  ['422 ConcurrencyError, which it does not know here', reply(422, refusal('ConcurrencyError')), 'update failed', 'RequestRejected'],
  ['422 AsyncRequired', reply(422, refusal('AsyncRequired')), 'update failed', 'AsyncRequired'],
  ['422 MaintenanceInfoConflict', reply(422, refusal('MaintenanceInfoConflict')), 'update failed', 'MaintenanceInfoConflict'],
  ['500', reply(500), 'update failed', 'BadResponse'],
  ['a reset', hangUp(), 'update failed', 'HttpRequestError'],
])('an update answered by %s, and never a delete', async (_answer, script, shown, error) => {
  const { cf } = await stubbed.withInstance();
  const before = stubbed.sent('DELETE').length;
  stubbed.next('PATCH', script).otherwise('GET', succeeded);
  await expect(cf.updateService('orders-db', { plan: 'large' })).resolves.toBe(shown);
  const { lastOperation, planId } = cf.database.instance('orders-db');
  expect([lastOperation.error, planId]).toEqual([error, shown === 'update succeeded' ? 'plan-2' : 'plan-1']);
  expect(stubbed.sent('DELETE')).toHaveLength(before);
  cf.purgeServiceInstance('orders-db');
});

test.each<Row>([
  ['200 {}', reply(200), 'deleted', undefined],
  ['202, polled', later, 'deleted', undefined],
  ['410 without a body', reply(410, ''), 'deleted', undefined],
  ['410 that is no JSON', reply(410, '<html>'), 'deleted', undefined],
  ['200 without a body', reply(200, ''), 'delete failed', 'ResponseMalformed'],
  ['204', reply(204, ''), 'delete failed', 'BadResponse'],
  ['404', reply(404), 'delete failed', 'RequestRejected'],
  ['409', reply(409), 'delete failed', 'Conflict'],
  ['422 ConcurrencyError', reply(422, refusal('ConcurrencyError')), 'delete failed', 'OperationInProgress'],
  ['500', reply(500), 'delete failed', 'BadResponse'],
])('a delete and an unbind answered by %s', async (_answer, script, shown, error) => {
  const { cf } = await stubbed.withInstance();
  await cf.bind('orders-db', 'app', 'app-1');
  const row = cf.binding('orders-db', 'app-1');
  stubbed.next('DELETE', script).otherwise('GET', succeeded);
  await expect(cf.unbind(row)).resolves.toBe(shown);
  cf.database.bindings.delete(row.guid);
  stubbed.next('DELETE', script);
  await expect(cf.deleteService('orders-db')).resolves.toBe(shown);
  expect(row.lastOperation.error).toBe(error);
  if (shown !== 'deleted') cf.purgeServiceInstance('orders-db');
});

/** What a poll gets, what comes after it, and how a create, an update and a delete end then. */
const POLLED: readonly (readonly [string, Script[], string, string, string])[] = [
  ['failed', [reply(200, { state: 'failed', description: 'Disk full.' })], 'failed', 'failed', 'failed'],
  ['400', [reply(400)], 'failed', 'failed', 'failed'],
  ['410, then success', [reply(410, ''), succeeded], 'succeeded', 'succeeded', 'gone'],
  ['404, 429, 500 and a reset, then success', [reply(404), reply(429), reply(500), hangUp(), succeeded], 'succeeded', 'succeeded', 'gone'],
  ['a state nobody knows, then success', [reply(200, { state: 'done' }), reply(200, ''), reply(202), succeeded], 'succeeded', 'succeeded', 'gone'],
];

test.each(POLLED)('polls answered by %s', async (_what, polls, create, update, remove) => {
  const { cf } = stubbed;
  stubbed.next('PUT', later).next('GET', ...polls);
  await expect(cf.createService('db', 'small', 'polled')).resolves.toBe(`create ${create}`);
  cf.purgeServiceInstance('polled');
  for (const [method, ask, end] of [
    ['PATCH', () => cf.updateService('orders-db', {}), `update ${update}`],
    ['DELETE', () => cf.deleteService('orders-db'), remove === 'gone' ? 'deleted' : `delete ${remove}`],
  ] as const) {
    await stubbed.withInstance();
    // The fetch after a create uses up no answer of the polls.
    stubbed.next(method, later).next('GET', ...polls);
    await expect(ask()).resolves.toBe(end);
    stubbed.forget('GET');
    if (end !== 'deleted') cf.purgeServiceInstance('orders-db');
  }
});

test('a create that goes on for longer than the plan says has failed, and is deleted', async () => {
  const short = await Stubbed.start({ plan: { maximum_polling_duration: 300 } });
  short.next('PUT', later).otherwise('GET', reply(200, { state: 'in progress' }));
  await expect(short.cf.createService('db', 'small', 'endless')).resolves.toBe('create failed');
  await short.cf.idle();
  expect(short.sent('DELETE')).toHaveLength(1);
  await short.stop();
});

test.each([
  ['dashboard_url null', { dashboard_url: null }],
  ['parameters null', { parameters: null }],
])('an instance fetched with %s is none the worse for it, but its dashboard stays unknown', async (_what, fetched) => {
  stubbed.next('PUT', later).next('GET', succeeded, reply(200, { dashboard_url: 'https://d', ...fetched }));
  await expect(stubbed.cf.createService('db', 'small', 'fetched')).resolves.toBe('create succeeded');
  expect(stubbed.cf.database.instance('fetched').dashboardUrl).toBeUndefined();
  stubbed.cf.purgeServiceInstance('fetched');
});

test('while a create goes on a delete is sent, and the polls of the create end', async () => {
  const { cf } = stubbed;
  stubbed.next('PUT', later).otherwise('GET', reply(200, { state: 'in progress' }));
  const created = cf.createService('db', 'small', 'hurried');
  await stubbed.seen('GET', `${cf.database.instance('hurried').guid}/last_operation`);
  await expect(cf.updateService('hurried', {})).rejects.toThrow('in progress');
  await expect(cf.deleteService('hurried')).resolves.toBe('deleted');
  await created;
  expect(cf.database.findInstance('hurried')).toBeUndefined();
});
