import { startCluster, type ClusterLandscape } from './landscape.js';

let landscape: ClusterLandscape;
afterEach(() => landscape.isCleanAndStops());

test.each(['simulator', 'remote'])('with the gate for asynchronous bindings open, credentials at %s are fetched after the wait', async (offering) => {
  landscape = await startCluster({ asyncBindings: true });
  const { platform: cluster } = landscape;
  expect(await cluster.provision('db', offering, 'async-bind')).toBe('Ready');
  expect(await cluster.bind('db', 'web')).toBe('Ready');
  const lines = cluster.linesOf(cluster.store.binding('web'));
  expect([lines[0], lines.at(-1)]).toEqual(['PUT ?accepts_incomplete=true 202', 'GET  200']);
  expect(Object.keys(cluster.secret('web'))).not.toEqual([]);
  const failed = cluster.bind('db', 'worker', { parameters: { simulate: { async: { outcome: 'failed', description: 'No more logins.' } } } });
  expect(await failed).toBe('Failed');
  expect(await Promise.all([cluster.unbind('web'), cluster.unbind('worker')])).toEqual(['deleted', 'deleted']);
  expect(await cluster.deprovision('db')).toBe('deleted');
});

test('a bind that is answered at once is well with the gate open, too', async () => {
  landscape = await startCluster({ asyncBindings: true });
  const { platform: cluster } = landscape;
  expect(await cluster.provision('db', 'postgresql', 'small')).toBe('Ready');
  expect(await cluster.bind('db', 'web')).toBe('Ready');
  expect(await cluster.unbind('web')).toBe('deleted');
  expect(await cluster.deprovision('db')).toBe('deleted');
});

test('a broker of a namespace changes plans without saying which one there was', async () => {
  landscape = await startCluster({ isNamespaced: true });
  const { platform: cluster } = landscape;
  expect(await cluster.provision('db', 'postgresql', 'small')).toBe('Ready');
  expect(await cluster.update('db', { planName: 'large' })).toBe('Ready');
  expect(await cluster.update('db', { planName: 'small' })).toBe('Ready');
  expect(await cluster.deprovision('db')).toBe('deleted');
});
