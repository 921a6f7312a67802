import { hangUp, neverAnswer, reply, type Script } from '../../support/stub-broker.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
let needy: Stubbed;
beforeAll(async () => {
  stubbed = await (await Stubbed.start()).withInstance();
  const service = { requires: ['syslog_drain', 'route_forwarding', 'volume_mount'], bindings_retrievable: false };
  needy = await (await Stubbed.start({ service })).withInstance();
});
afterAll(() => Promise.all([stubbed.stop(), needy.stop()]));

const CREDENTIALS = { credentials: { uri: 'db://1' } };
const MOUNT = { driver: 'd', container_dir: '/c', mode: 'rw', device_type: 'shared', device: { volume_id: 'v' } };

type Row = readonly [answer: string, script: Script, shown: string, error: string | undefined, deletes: boolean];

const BOUND: readonly Row[] = [
  ['201 with credentials', reply(201, CREDENTIALS), 'create succeeded', undefined, false],
  ['200 with credentials', reply(200, CREDENTIALS), 'create succeeded', undefined, false],
  ['201 with credentials null', reply(201, { credentials: null }), 'create succeeded', undefined, false],
  ['201 with endpoints, which it ignores', reply(201, { endpoints: 'anything' }), 'create succeeded', undefined, false],
  ['201 with credentials that are text', reply(201, { credentials: 'x' }), 'create failed', 'ResponseMalformed', true],
  ['201 with credentials that are a list', reply(201, { credentials: [] }), 'create failed', 'ResponseMalformed', true],
  ['200 with credentials that are text', reply(200, { credentials: 'x' }), 'create failed', 'ResponseMalformed', false],
  ['201 without a body', reply(201, ''), 'create failed', 'ResponseMalformed', true],
  ['202 with operation null', reply(202, { operation: null }), 'create failed', 'ResponseMalformed', true],
  ['a log drain nobody required', reply(201, { syslog_drain_url: 'syslog://x' }), 'create failed', 'InvalidSyslogDrainUrl', true],
  ['volumes nobody required', reply(201, { volume_mounts: [MOUNT] }), 'create failed', 'InvalidVolumeMounts', true],
  ['no volumes, in a list', reply(201, { volume_mounts: [] }), 'create failed', 'InvalidVolumeMounts', true],
  ['a route service over plain http', reply(201, { route_service_url: 'http://x' }), 'create failed', 'BadResponse', true],
  ['a route service without a host', reply(201, { route_service_url: 'https://' }), 'create failed', 'BadResponse', true],
  ['422 RequiresApp', reply(422, { error: 'RequiresApp' }), 'create failed', 'AppRequired', false],
  ['422 with any other word', reply(422, { error: 'Quota' }), 'create failed', 'BadResponse', true],
  ['409', reply(409), 'create failed', 'Conflict', false],
  ['500', reply(500), 'create failed', 'BadResponse', true],
  ['204', reply(204, ''), 'create failed', 'BadResponse', true],
  ['nothing in time', neverAnswer, 'create failed', 'HttpClientTimeout', true],
  ['a reset', hangUp(), 'create failed', 'HttpRequestError', false],
];

test.each(BOUND)('a bind answered by %s', (_answer, ...expected) => expectBind(stubbed, ...expected));

test.each<Row>([
  ['a log drain', reply(201, { syslog_drain_url: 'syslog://x' }), 'create succeeded', undefined, false],
  ['whole volumes', reply(201, { volume_mounts: [MOUNT] }), 'create succeeded', undefined, false],
  ['volumes that are not whole', reply(201, { volume_mounts: [{ ...MOUNT, mode: 'w' }] }), 'create failed', 'ResponseMalformed', true],
  ['202, though bindings cannot be fetched', reply(202, { operation: 'o' }), 'create failed', 'BindingNotRetrievable', false],
])('where the service requires all there is, a bind answered by %s', (_answer, ...expected) => expectBind(needy, ...expected));

async function expectBind(at: Stubbed, script: Script, shown: string, error: string | undefined, deletes: boolean): Promise<void> {
  const before = at.sent('DELETE').length;
  at.next('PUT', script);
  await expect(at.cf.bind('orders-db', 'app', 'app-1')).resolves.toBe(shown);
  await at.cf.idle();
  const row = at.cf.binding('orders-db', 'app-1');
  expect(row.lastOperation.error).toBe(error);
  const path = `/v2/service_instances/${row.instanceGuid}/service_bindings/${row.guid}?accepts_incomplete=true&plan_id=plan-1&service_id=service-1`;
  expect(at.sent('DELETE').slice(before)).toEqual(deletes ? [path] : []);
  at.cf.database.bindings.delete(row.guid);
}

const later: Script = reply(202, { operation: 'op 1' });
const succeeded = reply(200, { state: 'succeeded' });

test('a bind that goes on is polled at once, and its credentials are fetched without a parameter', async () => {
  stubbed.next('PUT', later).next('GET', succeeded, reply(200, CREDENTIALS));
  await expect(stubbed.cf.bind('orders-db', 'app', 'later')).resolves.toBe('create succeeded');
  const { credentials, guid, instanceGuid } = stubbed.cf.binding('orders-db', 'later');
  expect(credentials).toEqual(CREDENTIALS.credentials);
  const path = `/v2/service_instances/${instanceGuid}/service_bindings/${guid}`;
  expect(stubbed.sent('GET').slice(-2)).toEqual([`${path}/last_operation?operation=op+1&plan_id=plan-1&service_id=service-1`, path]);
});

test.each([
  ['404', reply(404)],
  ['parameters null', reply(200, { parameters: null })],
  ['volume mounts null', reply(200, { volume_mounts: null })],
  ['a log drain null', reply(200, { syslog_drain_url: null })],
  ['nothing', hangUp()],
])('a bind whose credentials are fetched with %s has failed, and nobody unbinds it', async (_answer, fetched) => {
  const before = stubbed.sent('DELETE').length;
  stubbed.next('PUT', later).next('GET', succeeded, fetched);
  await expect(stubbed.cf.bind('orders-db', 'app', 'unread')).resolves.toBe('create failed');
  await stubbed.cf.idle();
  expect(stubbed.sent('DELETE')).toHaveLength(before);
  stubbed.cf.database.bindings.delete(stubbed.cf.binding('orders-db', 'unread').guid);
});

test('an orphaned key is deleted without accepts_incomplete: a broker that cannot do so now keeps it for ever', async () => {
  const asyncOnly = await (await Stubbed.start()).withInstance();
  asyncOnly.next('PUT', reply(500)).otherwise('DELETE', reply(422, { error: 'AsyncRequired' }));
  await expect(asyncOnly.cf.bind('orders-db', 'key', 'key-1')).resolves.toBe('create failed');
  await asyncOnly.cf.idle();
  expect(asyncOnly.sent('DELETE')).toHaveLength(11);
  expect(asyncOnly.sent('DELETE')[0]).toMatch(/\?plan_id=plan-1&service_id=service-1$/);
  expect(asyncOnly.cf.database.orphanJobs).toMatchObject([{ ended: 'dropped' }]);
  await asyncOnly.stop();
});
