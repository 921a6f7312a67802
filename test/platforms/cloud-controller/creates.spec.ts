import { drip, hangUp, neverAnswer, reply, type Script } from '../../support/stub-broker.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeAll(async () => {
  stubbed = await Stubbed.start();
});
afterAll(() => stubbed.stop());

const LONG = 'o'.repeat(10_001);
const refusal = (word: string): object => ({ error: word, description: 'Broker says no.' });

type Row = readonly [answer: string, script: Script, shown: string, error: string | undefined, deletes: boolean];

const CREATED: readonly Row[] = [
  ['201 {}', reply(201), 'create succeeded', undefined, false],
  ['200 {}', reply(200), 'create succeeded', undefined, false],
  ['201 with dashboard_url null', reply(201, { dashboard_url: null }), 'create succeeded', undefined, false],
  ['201 with members nobody knows', reply(201, { more: 1 }), 'create succeeded', undefined, false],
  ['201 with operation null', reply(201, { operation: null }), 'create failed', 'ResponseMalformed', true],
  ['202 with operation null', reply(202, { operation: null }), 'create failed', 'ResponseMalformed', true],
  ['200 with operation null', reply(200, { operation: null }), 'create failed', 'ResponseMalformed', false],
  ['201 with metadata null', reply(201, { metadata: null }), 'create failed', 'ResponseMalformed', true],
  ['201 without a body', reply(201, ''), 'create failed', 'ResponseMalformed', true],
  ['201 with half a body', reply(201, '{"dashboard_url":'), 'create failed', 'ResponseMalformed', true],
  ['202 with an operation of more than 10,000 characters', reply(202, { operation: LONG }), 'create failed', 'ResponseMalformed', true],
  ['204', reply(204, ''), 'create failed', 'BadResponse', true],
  ['400', reply(400, refusal('BadRequest')), 'create failed', 'RequestRejected', false],
  ['401', reply(401, refusal('Unauthorized')), 'create failed', 'AuthenticationFailed', false],
  ['404', reply(404, refusal('NotFound')), 'create failed', 'RequestRejected', false],
  ['408', reply(408, refusal('Timeout')), 'create failed', 'ApiTimeout', false],
  ['409', reply(409, refusal('Conflict')), 'create failed', 'Conflict', false],
  ['412', reply(412, refusal('Precondition')), 'create failed', 'RequestRejected', false],
  ['429', reply(429, refusal('TooMany')), 'create failed', 'RequestRejected', false],
  ['422 ConcurrencyError', reply(422, refusal('ConcurrencyError')), 'create failed', 'ConcurrencyError', false],
  ['422 AsyncRequired', reply(422, refusal('AsyncRequired')), 'create failed', 'AsyncRequired', false],
  ['422 MaintenanceInfoConflict', reply(422, refusal('MaintenanceInfoConflict')), 'create failed', 'MaintenanceInfoConflict', false],
  ['422 with any other word', reply(422, refusal('QuotaExceeded')), 'create failed', 'BadResponse', true],
  ['422 without a word', reply(422, {}), 'create failed', 'BadResponse', true],
  ['500', reply(500, refusal('InternalError')), 'create failed', 'BadResponse', true],
  ['503', reply(503, refusal('Unavailable')), 'create failed', 'BadResponse', true],
  ['nothing in time', neverAnswer, 'create failed', 'HttpClientTimeout', true],
  ['a head and a body that never ends', drip, 'create failed', 'HttpClientTimeout', true],
  ['a reset', hangUp(), 'create failed', 'HttpRequestError', false],
];

test.each(CREATED)('a create answered by %s', async (_answer, script, shown, error, deletes) => {
  const { cf } = stubbed;
  const before = stubbed.sent('DELETE').length;
  stubbed.next('PUT', script);
  await expect(cf.createService('db', 'small', 'orders-db')).resolves.toBe(shown);
  await cf.idle();
  const row = cf.database.instance('orders-db');
  expect(row.lastOperation.error).toBe(error);
  expect(stubbed.sent('DELETE').slice(before)).toEqual(deletes ? [`/v2/service_instances/${row.guid}?accepts_incomplete=true&plan_id=plan-1&service_id=service-1`] : []);
  cf.purgeServiceInstance('orders-db');
});

test('nobody listening fails a create, and nothing is deleted', async () => {
  const away = await Stubbed.start();
  await away.broker.stop();
  await expect(away.cf.createService('db', 'small', 'x')).resolves.toBe('create failed');
  await away.cf.idle();
  expect(away.cf.exchange.lines.slice(1)).toEqual([expect.stringMatching(/^PUT .* refused$/)]);
  await away.cf.close();
});

test.each([['Broker says no.', 'Broker says no.'], ['x'.repeat(16_385), 'x'.repeat(8_192)]])("the user reads the broker's words, very long ones cut", async (description, read) => {
  stubbed.next('PUT', reply(409, { description }));
  await stubbed.cf.createService('db', 'small', 'worded');
  expect(stubbed.cf.database.instance('worded').lastOperation.description).toBe(read);
  stubbed.cf.purgeServiceInstance('worded');
});

test('an instance by the name of one that failed is made while the old one is deleted', async () => {
  stubbed.next('PUT', reply(400));
  await stubbed.cf.createService('db', 'small', 'again');
  const { guid } = stubbed.cf.database.instance('again');
  await expect(stubbed.cf.createService('db', 'small', 'again')).resolves.toBe('create succeeded');
  await stubbed.cf.idle();
  expect(stubbed.sent('DELETE').at(-1)).toContain(guid);
});

test('an orphan is deleted eleven times, after 2, 4, 8 … minutes, and then dropped', async () => {
  const stubborn = await Stubbed.start();
  stubborn.otherwise('PUT', reply(500)).otherwise('DELETE', reply(500));
  await stubborn.cf.createService('db', 'small', 'x');
  await stubborn.cf.idle();
  expect(stubborn.sent('DELETE')).toHaveLength(11);
  expect(stubborn.cf.database.orphanJobs).toEqual([{ guid: expect.any(String), attempts: 11, ended: 'dropped' }]);
  await stubborn.stop();
});

test.each([[202, { operation: 'never asked for' }], [410, '']])('an orphan counts as removed by a %s, and nobody polls', async (status, body) => {
  const { broker, cf } = stubbed;
  stubbed.next('PUT', reply(500)).next('DELETE', reply(status, body));
  await cf.createService('db', 'small', `orphan-${status}`);
  await cf.idle();
  expect(cf.database.orphanJobs.at(-1)).toMatchObject({ attempts: 1, ended: 'removed' });
  expect(broker.last.method).toBe('DELETE');
});
