import { ChangeBackend, RefreshBackend } from '#core';
import { startCluster, type ClusterLandscape } from './landscape.js';
import { messageOf } from './objects.js';

let landscape: ClusterLandscape;
beforeEach(async () => {
  landscape = await startCluster();
});
afterEach(() => landscape.isCleanAndStops());

async function offer(state: 'enabled' | 'disabled'): Promise<void> {
  const { gateway, simulator } = landscape;
  const [backend = simulator.backend] = (await gateway.backends()).filter(({ id }) => id === simulator.backend.id);
  await gateway.gateway.app.get(ChangeBackend).execute({ name: 'test' }, backend, state === 'enabled' ? 'enable' : 'disable', { state });
}

test('what is taken out of the catalog keeps every verb for the instances there are, and comes back', async () => {
  const { platform: cluster } = landscape;
  await cluster.provision('db', 'simulator', 'sync');
  await cluster.bind('db', 'web');
  const before = cluster.marketplace();
  await offer('disabled');
  expect(await cluster.relist()).toBe('FetchedCatalog');
  expect(cluster.marketplace()).toEqual(before.filter((each) => !each.startsWith('simulator/')));

  void cluster.provision('new', 'simulator', 'sync');
  await cluster.until(() => messageOf(cluster.store.instance('new').status, 'Ready').includes('has been deleted'));
  expect(await cluster.deprovision('new')).toBe('deleted');
  expect(await cluster.update('db', { parameters: { size: 2 } })).toBe('Ready');
  expect(await cluster.bind('db', 'worker')).toBe('Ready');
  expect(await Promise.all([cluster.unbind('web'), cluster.unbind('worker')])).toEqual(['deleted', 'deleted']);

  await offer('enabled');
  expect(await cluster.relist()).toBe('FetchedCatalog');
  expect(cluster.marketplace()).toEqual(before);
  expect(await cluster.deprovision('db')).toBe('deleted');
});

test('an instance of what has left the catalog can be deleted, and leaves nothing', async () => {
  const { platform: cluster } = landscape;
  await cluster.provision('db', 'simulator', 'async');
  await offer('disabled');
  await cluster.relist();
  expect(await cluster.deprovision('db')).toBe('deleted');
});

test('a backend that is gone takes nothing out of the catalog', async () => {
  const { platform: cluster, gateway, remote } = landscape;
  const before = cluster.marketplace();
  await remote.close();
  await gateway.gateway.app.get(RefreshBackend).execute({ name: 'test' }, remote.backend);
  expect(await cluster.relist()).toBe('FetchedCatalog');
  expect(cluster.marketplace()).toEqual(before);
});

test('offerings, plans and their ids are such that the cluster can keep them', () => {
  const { classes, plans } = landscape.platform.store;
  const rows = [...classes.values(), ...plans.values()];
  expect(rows.filter(({ externalId, externalName }) => externalId.length > 63 || externalName.length > 63)).toEqual([]);
  expect(landscape.platform.store.brokerReady.status).toBe('True');
});
