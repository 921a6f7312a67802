import { eventually } from '../../e2e/eventually.js';
import type { SimulatorUnderTest } from '../../e2e/simulators.js';
import { startFoundation, type FoundationLandscape } from './landscape.js';

/** Cloud Foundry hangs up before the gateway answers; calls are not promoted to 202. */
let landscape: FoundationLandscape;
beforeAll(async () => {
  landscape = await startFoundation({ timeoutMs: 250 }, { promoteAfterMs: 10_000, callMs: 2_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const SLOW = { delayMs: 700 };

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);

  test('a create nobody waits for any more has failed, and what it makes late is deleted', async () => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, 'sync', 'db', { simulate: SLOW })).toBe('create failed');
    const { guid, lastOperation } = cf.database.instance('db');
    expect(lastOperation.error).toBe('HttpClientTimeout');
    await cf.idle();
    expect(cf.database.orphanJobs.at(-1)).toMatchObject({ guid, ended: 'removed' });
    await eventually(() => simulator().ledger.inventory.events.filter(({ instanceId }) => instanceId === guid).map(({ kind }) => kind), (kinds) => kinds.join() === 'created,deleted');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('an update nobody waits for any more has failed for its user; the next one is told what is, and goes through', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db', { size: 1 });
    const { guid } = cf.database.instance('db');
    expect(await cf.updateService('db', { parameters: { size: 2, simulate: SLOW } })).toBe('update failed');
    await eventually(() => landscape.gateway.osb(landscape.login).lastOperation(guid), ({ body }) => body['state'] === 'succeeded');
    expect(await cf.updateService('db', { parameters: { size: 3 } })).toBe('update succeeded');
    expect(JSON.parse(simulator().ledger.inventory.instance(guid)?.parameters ?? '{}')).toMatchObject({ size: 3 });
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test.each(['app', 'key'] as const)('a bind (%s) nobody waits for any more has failed, and its login is gone', async (kind) => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db');
    const { guid } = cf.database.instance('db');
    expect(await cf.bind('db', kind, 'web', { parameters: { simulate: SLOW } })).toBe('create failed');
    await cf.idle();
    expect(cf.database.orphanJobs.at(-1)).toMatchObject({ ended: 'removed' });
    await eventually(() => simulator().ledger.inventory.instance(guid)?.bindings.length, (bindings) => bindings === 0);
    expect(await cf.unbind(cf.binding('db', 'web'))).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('an old key whose asynchronous bind takes too long is deleted without accepts_incomplete, and is gone', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'async-bind', 'db');
    const { guid } = cf.database.instance('db');
    const parameters = { simulate: { async: { durationMs: 500 } } };
    expect(await cf.bind('db', 'key', 'old', { parameters, legacy: true })).toBe('create failed');
    await cf.idle();
    expect(cf.lines.filter((line) => line.startsWith('DELETE') && line.includes(cf.binding('db', 'old').guid)).join()).not.toContain('accepts_incomplete');
    expect(cf.database.orphanJobs.at(-1)).toMatchObject({ ended: 'removed' });
    await eventually(() => simulator().ledger.inventory.instance(guid)?.bindings.length, (bindings) => bindings === 0);
    expect(await cf.unbind(cf.binding('db', 'old'))).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('a deletion nobody waits for any more goes on: when its user asks again, all is gone', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db', { simulate: { deprovision: SLOW } });
    const { guid } = cf.database.instance('db');
    expect(await cf.deleteService('db')).toBe('delete failed');
    await eventually(() => simulator().exists(guid), (exists) => !exists);
    expect(await cf.deleteService('db')).toBe('deleted');
    expect(simulator().verbs(guid)).toEqual(['provision', 'deprovision']);
  });
});
