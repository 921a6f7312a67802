import { HELD, type SimulatorUnderTest } from '../../e2e/simulators.js';
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

  test('a backend that is out of order fails the create, and the delete that follows is answered', async () => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, 'sync', 'db', failWith(500))).toBe('create failed');
    await cf.idle();
    expect(cf.database.instance('db').lastOperation).toMatchObject({ error: 'BadResponse', description: 'The disk is full.' });
    expect(cf.database.orphanJobs.at(-1)).toEqual({ guid: guidOf('db'), attempts: 1, ended: 'removed' });
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('an update that is refused changes nothing, and the next one goes through', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db', { size: 1 });
    expect(await cf.updateService('db', { parameters: failWith(400) })).toBe('update failed');
    expect(wordsFor('db')).toContain('The disk is full.');
    expect(simulator().ledger.inventory.instance(guidOf('db'))?.parameters).toBe('{"size":1}');
    expect(await cf.updateService('db', { parameters: { size: 2 } })).toBe('update succeeded');
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

  test('users try an unbind and a delete that have failed again, and they are done then', async () => {
    const { platform: cf } = landscape;
    const once = { failWith: { status: 400, description: 'Still in use.' }, times: 1 };
    await cf.createService(offering, 'sync', 'db', { simulate: { unbind: once, deprovision: once } });
    await cf.bind('db', 'app', 'web');
    expect(await cf.unbind(cf.binding('db', 'web'))).toBe('delete failed');
    expect(await cf.unbind(cf.binding('db', 'web'))).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('delete failed');
    expect(wordsFor('db')).toContain('Still in use.');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('a create that goes on is deleted by its user: he is asked for no more, and nothing is left', async () => {
    const { platform: cf } = landscape;
    const created = cf.createService(offering, 'async', 'db', { simulate: HELD });
    const guid = guidOf('db');
    await eventually(() => cf.database.instance('db').lastOperation.state, (state) => state === 'in progress');
    const deleted = cf.deleteService('db');
    await eventually(() => sentFor(guid), (lines) => lines.some((line) => line.startsWith('DELETE')));
    simulator().finish(guid);
    expect(await deleted).toBe('deleted');
    await created;
    expect(sentFor(guid)).toEqual(['PUT 202', 'DELETE 202']);
    expect(simulator().verbs(guid)).toEqual(['provision', 'deprovision']);
  });

  test('a worker that dies while it creates is followed by one that deletes what may have been made', async () => {
    const { platform: cf } = landscape;
    void cf.createService(offering, 'sync', 'db', { simulate: { delayMs: 200 } });
    const guid = guidOf('db');
    await eventually(() => simulator().verbs(guid), (verbs) => verbs.length > 0);
    cf.workerDies();
    await cf.idle();
    expect(cf.database.instance('db').lastOperation).toMatchObject({ type: 'create', state: 'failed' });
    await eventually(() => simulator().exists(guid), (exists) => !exists);
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

// To a broker a 500 is an end (OSB 2.17, Orphan Mitigation), so what it made nevertheless is deleted.
test('a broker that answers 500 to what it has done: the create has failed, and nothing is left of it', async () => {
  const { platform: cf, remote } = landscape;
  expect(await cf.createService('remote', 'flaky', 'db')).toBe('create failed');
  const made = remote.ledger.inventory.events.filter(({ instanceId }) => instanceId === guidOf('db'));
  expect(made.map(({ kind }) => kind)).toContain('created');
  await eventually(() => remote.exists(guidOf('db')), (exists) => !exists);
  expect(await cf.deleteService('db')).toBe('deleted');
});

test('what is purged is forgotten by the platform only: gateway and backend keep it, and agree', async () => {
  const { platform: cf, gateway, simulator, login } = landscape;
  await cf.createService('simulator', 'sync', 'db');
  const guid = guidOf('db');
  cf.purgeServiceInstance('db');
  expect(simulator.exists(guid)).toBe(true);
  const osb = gateway.osb(login);
  expect((await osb.fetch(guid)).status).toBe(200);
  expect((await osb.deprovision(guid, simulator.plan('sync'))).status).toBe(200);
});
