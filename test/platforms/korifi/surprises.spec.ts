import { reply } from '../../support/stub-broker.js';
import { catalogOf, Stubbed } from './stubbed.js';

/** What users of Korifi see that no broker can change; the guide for Kubernetes tells of it. */
let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start();
});
afterEach(() => stubbed.stop());

test('cf update-service says OK, and sends nothing', async () => {
  await stubbed.withInstance();
  const before = stubbed.story;
  expect(stubbed.cf.updateService('orders-db')).toBe('OK');
  stubbed.cf.resync();
  expect(stubbed.story).toEqual(before);
});

test('cf create-service --wait never ends when the create has failed', async () => {
  stubbed.next('PUT', reply(202, { operation: 'o' })).next('GET', reply(200, { state: 'failed', description: 'quota' }));
  expect(await stubbed.cf.createService('db', 'small', 'orders-db')).toBe('create failed');
  expect(stubbed.cf.waitEnds('orders-db')).toBe(false);
});

test('a plan with maintenance_info shows an upgrade after an asynchronous create, and none after a synchronous one', async () => {
  await stubbed.synchronize(catalogOf({ plan: { maintenance_info: { version: '1.0.0' } } }));
  stubbed.next('PUT', reply(201));
  await stubbed.cf.createService('db', 'small', 'at-once');
  stubbed.next('PUT', reply(202, { operation: 'o' })).next('GET', reply(200, { state: 'succeeded' }));
  await stubbed.cf.createService('db', 'small', 'later');
  expect([stubbed.cf.isUpgradeAvailable('at-once'), stubbed.cf.isUpgradeAvailable('later')]).toEqual([false, true]);
});

test('integers over 2^53 are rounded on their way to the broker', async () => {
  stubbed.next('PUT', reply(201));
  await stubbed.cf.createService('db', 'small', 'orders-db', JSON.parse('{"size":12345678901234567890}'));
  const [create] = stubbed.broker.requests.filter(({ method }) => method === 'PUT');
  expect(create?.body).toContain('"size":12345678901234567000');
});

test('cf delete-service-broker is not refused while there are instances, and leaves them; a purge removes them', async () => {
  await stubbed.withInstance();
  stubbed.cf.deleteServiceBroker();
  expect(stubbed.cf.marketplace()).toEqual([]);
  expect(stubbed.cf.leftovers()).toHaveLength(1);
  expect(await stubbed.cf.deleteService('orders-db', { purge: true })).toBe('deleted');
  expect(stubbed.sent('DELETE')).toEqual([]);
});
