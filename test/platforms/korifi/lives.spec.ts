import { query } from '../../support/postgres.js';
import { startKorifi, type KorifiLandscape } from './landscape.js';

let landscape: KorifiLandscape;
beforeAll(async () => {
  landscape = await startKorifi();
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

test('everything the gateway offers is in the marketplace, and can be bound', () => {
  const { platform: cf } = landscape;
  const offered = ['demo/demo', 'postgresql/small', 'postgresql/large', 'simulator/sync', 'remote/async'];
  expect(cf.marketplace()).toEqual(expect.arrayContaining(offered));
  const unbound = [...cf.database.plans.values()].filter(({ bindable }) => !bindable).map(({ name }) => name);
  expect(new Set(unbound)).toEqual(new Set(['not-bindable']));
});

describe.each([
  ['simulator', 'sync'],
  ['simulator', 'async'],
  ['simulator', 'slow'],
  ['simulator', 'async-bind'],
  ['remote', 'sync'],
  ['remote', 'async'],
  ['remote', 'slow'],
  ['remote', 'async-bind'],
])('an instance of %s/%s', (offering, plan) => {
  test('is created, bound to two apps, given a key, rotated by hand, and deleted with all its bindings', async () => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, plan, 'db', { size: 1 })).toBe('create succeeded');
    const binds = [cf.bindApp('db', 'web', { for: 'ümläut' }), cf.bindApp('db', 'worker'), cf.createKey('db', 'key')];
    expect(await Promise.all(binds)).toEqual(['create succeeded', 'create succeeded', 'create succeeded']);
    expect(await cf.bindingParameters('db', 'web')).toEqual({ for: 'ümläut' });
    const before = cf.credentials('db', 'web');
    expect(await cf.unbind('db', 'web')).toBe('deleted');
    expect(await cf.bindApp('db', 'web')).toBe('create succeeded');
    expect(cf.credentials('db', 'web')).not.toEqual(before);
    expect(await cf.unbind('db', 'key')).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('deleted');
    expect(await cf.createService(offering, plan, 'db')).toBe('create succeeded');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('is made once, and so is each login, though everything is asked for again and again', async () => {
    const { platform: cf, simulator, remote } = landscape;
    const { ledger } = offering === 'remote' ? remote : simulator;
    await cf.createService(offering, plan, 'db');
    await Promise.all([cf.bindApp('db', 'web'), cf.createKey('db', 'key')]);
    const { guid } = cf.database.instance('db');
    const changes = ledger.calls.filter((call) => call.instanceId === guid && ['provision', 'bind'].includes(call.verb));
    expect(changes.map(({ verb }) => verb)).toEqual(['provision', 'bind', 'bind']);
    expect(await cf.deleteService('db')).toBe('deleted');
    expect(ledger.calls.filter((call) => call.instanceId === guid && call.verb === 'deprovision')).toHaveLength(1);
  });
});

test('a backend that breaks down after each first call has one instance in the end, and none after the deletion', async () => {
  const { platform: cf, simulator } = landscape;
  expect(await cf.createService('simulator', 'flaky', 'db')).toBe('create succeeded');
  const { guid } = cf.database.instance('db');
  expect(simulator.exists(guid)).toBe(true);
  expect(await cf.bindApp('db', 'web')).toBe('create succeeded');
  expect(simulator.ledger.inventory.instance(guid)?.bindings).toHaveLength(1);
  expect(await cf.deleteService('db')).toBe('deleted');
});

test('a database is used by an app and with a key, and locked after the deletion', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService('postgresql', 'small', 'orders')).toBe('create succeeded');
  expect(await cf.bindApp('orders', 'web', { role: 'readwrite' })).toBe('create succeeded');
  expect(await cf.createKey('orders', 'reader', { role: 'readonly' })).toBe('create succeeded');
  const [url, readUrl] = [String(cf.credentials('orders', 'web')['uri']), String(cf.credentials('orders', 'reader')['uri'])];
  await query(url, 'create table kept (i int)');
  expect(await query(readUrl, 'select * from kept')).toEqual([]);
  expect(await cf.deleteService('orders')).toBe('deleted');
  await expect(query(url, 'select 1')).rejects.toMatchObject({ code: '28P01' });
});

test('the demo is created, bound, unbound and deleted', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService('demo', 'demo', 'trial')).toBe('create succeeded');
  expect(await cf.bindApp('trial', 'web')).toBe('create succeeded');
  expect(Object.keys(cf.credentials('trial', 'web'))).not.toEqual([]);
  expect(await cf.unbind('trial', 'web')).toBe('deleted');
  expect(await cf.deleteService('trial')).toBe('deleted');
});
