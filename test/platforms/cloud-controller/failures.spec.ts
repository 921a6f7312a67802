import type { SimulatorUnderTest } from '../../e2e/simulators.js';
import { eventually } from '../../e2e/eventually.js';
import { startFoundation, type FoundationLandscape } from './landscape.js';

let landscape: FoundationLandscape;
beforeAll(async () => {
  // What is refused late, on a busy machine, is refused all the same: nothing is answered 202 for slowness here.
  landscape = await startFoundation({}, { promoteAfterMs: 10_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const failWith = (status: number, more: object = {}) => ({ simulate: { failWith: { status, description: 'The disk is full.', ...more } } });
const guidOf = (name: string): string => landscape.platform.database.instance(name).guid;
const wordsFor = (name: string): string => landscape.platform.database.instance(name).lastOperation.description;

/** What the platform sent for one instance: the methods, and what they were answered with. */
function sentFor(guid: string): string[] {
  return landscape.platform.lines.filter((line) => line.includes(`${guid}?`)).map((line) => line.replace(/ \S+ /, ' '));
}

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);

  test('a create that fails later has failed, its user reads why, and nothing is left before he deletes it', async () => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, 'failing', 'db')).toBe('create failed');
    expect(wordsFor('db')).toContain('The simulated quota is used up.');
    await eventually(() => simulator().exists(guidOf('db')), (exists) => !exists);
    expect(sentFor(guidOf('db')).filter((line) => line.startsWith('DELETE'))).toEqual([]);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('a failed create is made again by its name, while the platform has the old one deleted', async () => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, 'failing', 'db')).toBe('create failed');
    const old = guidOf('db');
    expect(await cf.createService(offering, 'sync', 'db')).toBe('create succeeded');
    await cf.idle();
    expect(cf.database.orphanJobs.at(-1)).toMatchObject({ guid: old, ended: 'removed' });
    expect(simulator().exists(guidOf('db'))).toBe(true);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test.each([
    ['a refusal', failWith(400)],
    ['a quota, in words no platform knows,', failWith(422, { error: 'QuotaExceeded' })],
    ['a conflict', failWith(409)],
  ])('%s is told once, its user reads why, and nobody deletes what was never made', async (_what, parameters) => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, 'sync', 'db', parameters)).toBe('create failed');
    expect(wordsFor('db')).toContain('The disk is full.');
    await cf.idle();
    expect(sentFor(guidOf('db'))).toEqual([expect.stringMatching(/^PUT 4/)]);
    expect(simulator().verbs(guidOf('db'))).toEqual(['provision']);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test.each(['before', 'after'])('a create that breaks down %s it acted has failed, and what it may have left is deleted by platform and gateway', async (when) => {
    const { platform: cf } = landscape;
    const { simulate } = failWith(500);
    expect(await cf.createService(offering, 'sync', 'db', { simulate: { ...simulate, afterActing: when === 'after' } })).toBe('create failed');
    expect(cf.database.instance('db').lastOperation).toMatchObject({ error: 'BadResponse', description: 'The disk is full.' });
    await cf.idle();
    expect(cf.database.orphanJobs.filter(({ guid }) => guid === guidOf('db'))).toMatchObject([{ ended: 'removed' }]);
    await eventually(() => simulator().exists(guidOf('db')), (exists) => !exists);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('an update that is refused or fails later changes nothing, is never cleaned up, and the next one goes through', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'async', 'db', { size: 1 });
    expect(await cf.updateService('db', { parameters: failWith(400) })).toBe('update failed');
    expect(wordsFor('db')).toContain('The disk is full.');
    const later = { simulate: { async: { outcome: 'failed', description: 'No room.' } } };
    expect(await cf.updateService('db', { parameters: later })).toBe('update failed');
    expect(wordsFor('db')).toContain('No room.');
    expect(simulator().ledger.inventory.instance(guidOf('db'))?.parameters).toBe('{"size":1}');
    expect(await cf.updateService('db', { parameters: { size: 2 } })).toBe('update succeeded');
    expect(sentFor(guidOf('db')).filter((line) => line.startsWith('DELETE'))).toEqual([]);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('a bind that is refused has failed, and its name can be bound anew', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db');
    expect(await cf.bind('db', 'app', 'web', { parameters: failWith(400) })).toBe('create failed');
    expect(cf.binding('db', 'web').lastOperation.description).toContain('The disk is full.');
    expect(await cf.bind('db', 'app', 'web')).toBe('create succeeded');
    await cf.idle();
    expect(simulator().ledger.inventory.instance(guidOf('db'))?.bindings.map(({ bindingId }) => bindingId)).toEqual([cf.binding('db', 'web').guid]);
    expect(await cf.unbind(cf.binding('db', 'web'))).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('a bind that fails later has failed, its login is gone, and nobody unbinds it', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db');
    const parameters = { simulate: { async: { outcome: 'failed', description: 'No more logins.' } } };
    expect(await cf.bind('db', 'app', 'web', { parameters })).toBe('create failed');
    const { guid, lastOperation } = cf.binding('db', 'web');
    expect(lastOperation.description).toContain('No more logins.');
    await eventually(() => simulator().ledger.inventory.instance(guidOf('db'))?.bindings, (bindings) => bindings?.length === 0);
    expect(sentFor(guid).filter((line) => line.startsWith('DELETE'))).toEqual([]);
    expect(await cf.unbind(cf.binding('db', 'web'))).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test.each([
    ['at once', { failWith: { status: 400, description: 'Still in use.' }, times: 1 }],
    ['later', { async: { outcome: 'failed', times: 1, description: 'Still in use.' } }],
  ])('an unbind and a deletion that fail %s say why, and their user tries again', async (_when, failing) => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db', { simulate: { unbind: failing, deprovision: failing } });
    await cf.bind('db', 'app', 'web');
    expect(await cf.unbind(cf.binding('db', 'web'))).toBe('delete failed');
    expect(cf.binding('db', 'web').lastOperation.description).toContain('Still in use.');
    expect(await cf.unbind(cf.binding('db', 'web'))).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('delete failed');
    expect(wordsFor('db')).toContain('Still in use.');
    expect(simulator().exists(guidOf('db'))).toBe(true);
    expect(await cf.deleteService('db')).toBe('deleted');
  });
});

test('a backend that breaks down after each first call has one instance and one login in the end', async () => {
  const { platform: cf, simulator } = landscape;
  expect(await cf.createService('simulator', 'flaky', 'db')).toBe('create succeeded');
  expect(await cf.updateService('db', { parameters: { size: 2 } })).toBe('update succeeded');
  expect(await cf.bind('db', 'app', 'web')).toBe('create succeeded');
  const [instance, ...more] = simulator.ledger.inventory.instances();
  expect([instance?.parameters, instance?.bindings.length, more]).toEqual(['{"size":2}', 1, []]);
  expect(await cf.unbind(cf.binding('db', 'web'))).toBe('deleted');
  expect(await cf.deleteService('db')).toBe('deleted');
});
