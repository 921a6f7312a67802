import { query } from '../../support/postgres.js';
import { startCluster, type ClusterLandscape } from './landscape.js';

let landscape: ClusterLandscape;
beforeAll(async () => {
  landscape = await startCluster();
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

test('everything the gateway offers is in the marketplace', () => {
  expect(landscape.platform.store.brokerReady).toMatchObject({ status: 'True', reason: 'FetchedCatalog' });
  const offered = ['demo/demo', 'postgresql/small', 'postgresql/large', 'simulator/sync', 'remote/async'];
  expect(landscape.platform.marketplace()).toEqual(expect.arrayContaining(offered));
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
  test('is provisioned, changed, bound twice, rotated by hand, unbound and deleted; its name is free again', async () => {
    const { platform: cluster } = landscape;
    expect(await cluster.provision('db', offering, plan, { size: 1 })).toBe('Ready');
    expect(await cluster.update('db', { parameters: { size: 3, more: [null] } })).toBe('Ready');
    expect(await cluster.update('db', { parameters: undefined })).toBe('Ready');
    const both = [cluster.bind('db', 'web', { parameters: { for: 'ümläut' } }), cluster.bind('db', 'worker')];
    expect(await Promise.all(both)).toEqual(['Ready', 'Ready']);
    const before = cluster.secret('web');
    expect(await cluster.unbind('web')).toBe('deleted');
    expect(await cluster.bind('db', 'web')).toBe('Ready');
    expect(cluster.secret('web')).not.toEqual(before);
    const deletion = cluster.deprovision('db');
    expect(await Promise.all([cluster.unbind('web'), cluster.unbind('worker')])).toEqual(['deleted', 'deleted']);
    expect(await deletion).toBe('deleted');
    expect(await cluster.provision('db', offering, plan, { size: 1 })).toBe('Ready');
    expect(await cluster.deprovision('db')).toBe('deleted');
  });
});

test('a database is used, moved to another plan with what is in it, and locked after the unbind', async () => {
  const { platform: cluster } = landscape;
  expect(await cluster.provision('orders', 'postgresql', 'small')).toBe('Ready');
  expect(await cluster.bind('orders', 'web', { secretTransforms: [{ renameKey: { from: 'uri', to: 'DATABASE_URL' } }] })).toBe('Ready');
  const { DATABASE_URL: url = '', port } = cluster.secret('web');
  expect(port).toMatch(/^\d+$/);
  await query(url, 'create table kept (i int)');
  expect(await cluster.update('orders', { planName: 'large' })).toBe('Ready');
  expect(await query(url, 'select * from kept')).toEqual([]);
  expect(await cluster.bind('orders', 'reader', { parameters: { role: 'readonly' } })).toBe('Ready');
  expect(await query(cluster.secret('reader')['uri'] ?? '', 'select * from kept')).toEqual([]);
  expect(await cluster.unbind('web')).toBe('deleted');
  await expect(query(url, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  expect(await cluster.unbind('reader')).toBe('deleted');
  expect(await cluster.deprovision('orders')).toBe('deleted');
});

test('the demo is provisioned, bound, unbound and deleted', async () => {
  const { platform: cluster } = landscape;
  expect(await cluster.provision('trial', 'demo', 'demo')).toBe('Ready');
  expect(await cluster.bind('trial', 'web')).toBe('Ready');
  expect(Object.keys(cluster.secret('web'))).not.toEqual([]);
  expect(await cluster.unbind('web')).toBe('deleted');
  expect(await cluster.deprovision('trial')).toBe('deleted');
});
