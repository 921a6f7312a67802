import { eventually } from '../../e2e/eventually.js';
import { startCluster, type ClusterLandscape } from './landscape.js';

/** The cluster hangs up before the gateway answers; calls are not promoted to 202. */
let landscape: ClusterLandscape;
beforeAll(async () => {
  landscape = await startCluster({ timeoutMs: 1_500 }, { promoteAfterMs: 20_000, callMs: 10_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

/** The first time only; and it is carried out all the same. */
const SLOW_ONCE = { simulate: { delayMs: 2_500, times: 1 } };

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): ClusterLandscape['simulator'] => (offering === 'remote' ? landscape.remote : landscape.simulator);
  const instances = (): number => simulator().ledger.inventory.instances().length;

  test('a provision nobody waits for any more is deleted while it runs, made anew with its id, and there is one instance', async () => {
    const { platform: cluster } = landscape;
    expect(await cluster.provision('db', offering, 'sync', SLOW_ONCE)).toBe('Ready');
    const lines = cluster.linesOf(cluster.store.instance('db')).map((line) => line.replace(/\?\S*/, ''));
    expect(lines[0]).toBe('PUT  timeout');
    expect(lines[1]).toMatch(/^DELETE /);
    expect(instances()).toBe(1);
    expect(await cluster.bind('db', 'web')).toBe('Ready');
    expect(await cluster.unbind('web')).toBe('deleted');
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('an update nobody waits for any more is sent again, and has happened', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync', { size: 1 });
    const { externalId } = cluster.store.instance('db');
    expect(await cluster.update('db', { parameters: { size: 2, ...SLOW_ONCE } })).toBe('Ready');
    expect(JSON.parse(simulator().ledger.inventory.instance(externalId)?.parameters ?? '{}')).toMatchObject({ size: 2 });
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('a bind nobody waits for any more has failed, and its login is gone', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    const { externalId } = cluster.store.instance('db');
    expect(await cluster.bind('db', 'web', { parameters: SLOW_ONCE })).toBe('Failed');
    await eventually(() => simulator().ledger.inventory.instance(externalId)?.bindings.length, (bindings) => bindings === 0);
    expect(await cluster.unbind('web')).toBe('deleted');
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('a deletion nobody waits for any more is asked for again until it is done', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync', { simulate: { deprovision: { delayMs: 2_500 }, unbind: { delayMs: 2_500 } } });
    expect(await cluster.deprovision('db')).toBe('deleted');
  });
});
