import { query } from '../../support/postgres.js';
import { startFoundation, type FoundationLandscape } from './landscape.js';

let landscape: FoundationLandscape;
beforeAll(async () => {
  landscape = await startFoundation();
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

test('everything the gateway offers is in the marketplace: no rule of the platform is broken', async () => {
  expect(await landscape.platform.synchronize()).toEqual({ state: 'AVAILABLE', errors: [], warnings: [] });
  const offered = ['demo/demo', 'postgresql/small', 'postgresql/large', 'simulator/sync', 'remote/async'];
  expect(landscape.platform.marketplace()).toEqual(expect.arrayContaining(offered));
});

const every = ['sync', 'async', 'slow', 'async-bind'];

describe.each([...every.map((plan) => ['simulator', plan] as const), ...every.map((plan) => ['remote', plan] as const)])('an instance of %s/%s', (offering, plan) => {
  test('is created, changed, renamed, bound twice, given keys, rotated by hand and deleted; its name is free again', async () => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, plan, 'db', { size: 1 })).toBe('create succeeded');
    expect(cf.database.instance('db').dashboardUrl).toMatch(/^https:/);
    expect(await cf.updateService('db', { parameters: { size: 3, more: [null] } })).toBe('update succeeded');
    expect(await cf.updateService('db', {})).toBe('update succeeded');
    expect(await cf.renameService('db', 'orders')).toBe('update succeeded');
    const binds = [cf.bind('orders', 'app', 'web', { parameters: { for: 'ümläut' } }), cf.bind('orders', 'key', 'key'), cf.bind('orders', 'key', 'old-key', { legacy: true })];
    expect(await Promise.all(binds)).toEqual(['create succeeded', 'create succeeded', 'create succeeded']);
    const before = cf.binding('orders', 'web');
    expect(await cf.bind('orders', 'app', 'web-too')).toBe('create succeeded');
    expect(cf.binding('orders', 'web-too').credentials).not.toEqual(before.credentials);
    for (const name of ['web', 'key', 'old-key', 'web-too']) expect(await cf.unbind(cf.binding('orders', name))).toBe('deleted');
    expect(await cf.deleteService('orders')).toBe('deleted');
    expect(await cf.createService(offering, plan, 'orders')).toBe('create succeeded');
    expect(await cf.deleteService('orders')).toBe('deleted');
    expect(cf.database.orphanJobs).toEqual([]);
  });

  test('is made once, and each of its logins, and deleted once', async () => {
    const { platform: cf, simulator, remote } = landscape;
    await cf.createService(offering, plan, 'db');
    await Promise.all([cf.bind('db', 'app', 'web'), cf.bind('db', 'key', 'key')]);
    const { guid } = cf.database.instance('db');
    for (const name of ['web', 'key']) expect(await cf.unbind(cf.binding('db', name))).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('deleted');
    expect((offering === 'remote' ? remote : simulator).verbs(guid)).toEqual(['provision', 'bind', 'bind', 'unbind', 'unbind', 'deprovision']);
  });
});

test('an instance of another plan is moved to it, and its deletion names the new one', async () => {
  const { platform: cf } = landscape;
  for (const offering of ['simulator', 'remote']) {
    expect(await cf.createService(offering, 'updateable', 'db')).toBe('create succeeded');
    expect(await cf.updateService('db', { plan: 'async' })).toBe('update succeeded');
    expect(await cf.deleteService('db')).toBe('deleted');
    expect(cf.lines.findLast((line) => line.startsWith('DELETE'))).toContain(`plan_id=${offering}-async&`);
  }
});

test('a database is used by an app and with a key, moved to another plan with what is in it, and locked after the unbind', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService('postgresql', 'small', 'orders')).toBe('create succeeded');
  expect(await cf.bind('orders', 'app', 'web', { parameters: { role: 'readwrite' } })).toBe('create succeeded');
  const url: string = cf.binding('orders', 'web').credentials.uri;
  await query(url, 'create table kept (i int)');
  expect(await cf.updateService('orders', { plan: 'large' })).toBe('update succeeded');
  expect(await cf.bind('orders', 'key', 'reader', { parameters: { role: 'readonly' } })).toBe('create succeeded');
  const readUrl: string = cf.binding('orders', 'reader').credentials.uri;
  expect(await query(readUrl, 'select * from kept')).toEqual([]);
  await expect(query(readUrl, 'insert into kept values (1)')).rejects.toMatchObject({ code: '42501' });
  expect(await cf.unbind(cf.binding('orders', 'web'))).toBe('deleted');
  await expect(query(url, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  expect(await cf.unbind(cf.binding('orders', 'reader'))).toBe('deleted');
  expect(await cf.deleteService('orders')).toBe('deleted');
});

test('the demo is created, bound, unbound and deleted', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService('demo', 'demo', 'trial')).toBe('create succeeded');
  expect(await cf.bind('trial', 'app', 'web')).toBe('create succeeded');
  expect(Object.keys(cf.binding('trial', 'web').credentials)).not.toEqual([]);
  expect(await cf.unbind(cf.binding('trial', 'web'))).toBe('deleted');
  expect(await cf.deleteService('trial')).toBe('deleted');
});
