import { eventually } from '../../e2e/eventually.js';
import type { SimulatorUnderTest } from '../../e2e/simulators.js';
import type { InstanceRow } from './database.js';
import { startFoundation, type FoundationLandscape } from './landscape.js';

/** Calls are not promoted to 202: what fails at once is told at once, however slow the machine is. */
let landscape: FoundationLandscape;
beforeAll(async () => {
  landscape = await startFoundation({}, { promoteAfterMs: 10_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const failWith = (status: number, description = 'The disk is full.') => ({ simulate: { failWith: { status, description } } });
const row = (name: string): InstanceRow => landscape.platform.database.instance(name);
const reason = (name: string): string => row(name).lastOperation.description;
/** What was sent of an instance, without what it was asked with. */
const sent = (guid: string, method: string): string[] =>
  landscape.platform.lines.filter((line) => line.startsWith(method) && line.includes(guid)).map((line) => line.replace(/\/v2\S*/, '').replace('  ', ' '));
const orphansOf = (guid: string): unknown[] => landscape.platform.database.orphanJobs.filter((job) => job.guid === guid);

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);

  test.each(['before', 'after'])('a create that breaks down %s it acted has failed, and what it may have left is deleted by platform and gateway', async (when) => {
    const { platform: cf } = landscape;
    const simulate = { failWith: { status: 500 }, afterActing: when === 'after' };
    expect(await cf.createService(offering, 'sync', 'db', { simulate })).toBe('create failed');
    const { guid, lastOperation } = row('db');
    expect(lastOperation.error).toBe('BadResponse');
    await cf.idle();
    expect(orphansOf(guid)).toMatchObject([{ ended: 'removed' }]);
    await eventually(() => simulator().exists(guid), (exists) => !exists);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('an update that is refused or fails later changes nothing, is never cleaned up, and the next one goes through', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'async', 'db', { size: 1 });
    expect(await cf.updateService('db', { parameters: failWith(400) })).toBe('update failed');
    expect(reason('db')).toContain('The disk is full.');
    const later = { simulate: { async: { outcome: 'failed', description: 'No room.' } } };
    expect(await cf.updateService('db', { parameters: later })).toBe('update failed');
    expect(reason('db')).toContain('No room.');
    expect(simulator().ledger.inventory.instance(row('db').guid)?.parameters).toBe('{"size":1}');
    expect(await cf.updateService('db', { parameters: { size: 2 } })).toBe('update succeeded');
    expect(sent(row('db').guid, 'DELETE')).toEqual([]);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test.each([
    ['at once', { failWith: { status: 400, description: 'Still in use.' }, times: 1 }],
    ['later', { async: { outcome: 'failed', times: 1, description: 'Still in use.' } }],
  ])('a deletion that fails %s says why, and its user tries again', async (_when, deprovision) => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db', { simulate: { deprovision } });
    expect(await cf.deleteService('db')).toBe('delete failed');
    expect(reason('db')).toContain('Still in use.');
    expect(simulator().exists(row('db').guid)).toBe(true);
    expect(await cf.deleteService('db')).toBe('deleted');
  });
});
