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

test('--wait never ends when a create or a bind has failed', async () => {
  stubbed.next('PUT', reply(202, { operation: 'o' })).next('GET', reply(200, { state: 'failed', description: 'quota' }));
  expect(await stubbed.cf.createService('db', 'small', 'orders-db')).toBe('create failed');
  expect(stubbed.cf.waitEnds('orders-db')).toBe(false);
  stubbed.next('PUT', reply(201), reply(400));
  await stubbed.cf.createService('db', 'small', 'other-db');
  expect(await stubbed.cf.bindApp('other-db', 'app-1')).toBe('create failed');
  expect([stubbed.cf.waitEnds('other-db'), stubbed.cf.waitEnds('other-db', 'app-1')]).toEqual([true, false]);
});

test('cf service fails; why a create failed is read with cf curl', async () => {
  stubbed.next('PUT', reply(202, { operation: 'o' })).next('GET', reply(200, { state: 'failed', description: 'quota' }));
  await stubbed.cf.createService('db', 'small', 'orders-db');
  expect(stubbed.cf.showService('orders-db')).toBe('FAILED');
  expect(stubbed.cf.curlLastOperation('orders-db')).toMatchObject({ type: 'create', state: 'failed', description: 'quota' });
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

describe('cf delete-service-broker is not refused while there are instances', () => {
  beforeEach(async () => {
    await stubbed.withInstance();
    await stubbed.cf.bindApp('orders-db', 'app-1');
    stubbed.cf.deleteServiceBroker();
  });

  const isRefused = (): boolean => stubbed.cf.database.instance('orders-db').status.ready?.message === 'failed to get service broker';

  test('it leaves them, with offerings and plans', () => {
    expect(stubbed.cf.marketplace()).toEqual(['db/small']);
    expect(stubbed.cf.database.instances.size).toBe(1);
    expect(stubbed.cf.database.bindings.size).toBe(1);
  });

  test('an instance without its broker cannot be deleted, and the broker is not asked', async () => {
    void stubbed.cf.deleteService('orders-db');
    await stubbed.cf.until(() => stubbed.cf.database.bindingsOf(stubbed.cf.database.instance('orders-db'))[0]?.status.ready?.reason === 'Unknown');
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test('a purge removes the instance and its bindings, and the broker is not asked', async () => {
    expect(await stubbed.cf.deleteService('orders-db', { purge: true })).toBe('deleted');
    expect(stubbed.cf.leftovers()).toEqual([]);
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test('a broker that is put back under its name serves its instances again', async () => {
    stubbed.cf.resync();
    await stubbed.cf.until(isRefused);
    stubbed.cf.putServiceBrokerBack();
    await stubbed.cf.until(() => stubbed.cf.waitEnds('orders-db'));
    expect(await stubbed.cf.deleteService('orders-db')).toBe('deleted');
    expect(stubbed.cf.leftovers()).toEqual([]);
  });
});
