import { eventually } from '../../e2e/eventually.js';
import type { SimulatorUnderTest } from '../../e2e/simulators.js';
import { disposeOf, planOf, startCrossplane, type CrossplaneLandscape } from './landscape.js';
import type { ServiceBinding, ServiceInstance } from './objects.js';
import { repair, simulate } from './troubles.js';

/** Backends that answer so late that the gateway has answered 202 before: what is wrong is told to a poll. */
let landscape: CrossplaneLandscape;
let db: ServiceInstance;
beforeAll(async () => {
  landscape = await startCrossplane();
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const LATE = { delayMs: 200 };
const refusedLate = { ...LATE, failWith: { status: 400, description: 'No such size.' } };
const brokenLate = { ...LATE, failWith: { status: 500, description: 'The disk is full.' }, afterActing: true };

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);
  const verbs = (): string[] => simulator().verbs(db.instanceId);
  const instance = () => simulator().ledger.inventory.instance(db.instanceId);
  const apply = (plan: string, parameters: string): ServiceInstance => (db = landscape.platform.applyInstance('db', planOf(offering, plan), parameters));
  const bind = async (parameters: string): Promise<ServiceBinding> => {
    await landscape.platform.synced(apply('sync', '{"size":1}'));
    return landscape.platform.applyBinding('db-web', db, { parameters });
  };

  test('a create that is refused late says why and leaves nothing, and is made as its user wants it then', async () => {
    const { platform } = landscape;
    apply('sync', simulate(refusedLate));
    await platform.until(() => db.state === 'failed');
    expect(db.description).toContain('No such size.');
    expect(await platform.synced(platform.changeInstance('db', { parameters: '{"size":1}' }))).toMatch(/^Synced/);
    expect(verbs()).not.toContain('deprovision');
    expect(instance()?.parameters).toBe('{"size":1}');
    await disposeOf(platform, db);
  });

  test('a create that breaks down late says why, and what it made is removed before it is made anew', async () => {
    const { platform } = landscape;
    apply('sync', simulate(brokenLate));
    await platform.until(() => db.state === 'failed');
    expect(db.description).toContain('The disk is full.');
    expect(await platform.synced(platform.changeInstance('db', { parameters: '{"size":1}' }))).toMatch(/^Synced/);
    expect(verbs().slice(-2)).toEqual(['deprovision', 'provision']);
    expect(simulator().ledger.inventory.instances()).toHaveLength(1);
    await disposeOf(platform, db);
  });

  test('an instance of a plan that always fails has failed, as its user reads, and is gone when he deletes it', async () => {
    const { platform } = landscape;
    apply('failing', '{"size":1}');
    await platform.until(() => db.state === 'failed');
    expect(db.description).toContain('The simulated quota is used up.');
    await disposeOf(platform, db);
    await eventually(instance, (left) => left === undefined);
  });

  test('an update that is refused late says why and changes nothing, and the next one goes through', async () => {
    const { platform } = landscape;
    await platform.synced(apply('sync', '{"size":1}'));
    platform.changeInstance('db', { parameters: simulate(refusedLate) });
    await platform.until(() => db.state === 'failed');
    expect(db.description).toContain('No such size.');
    expect(instance()?.parameters).toBe('{"size":1}');
    platform.changeInstance('db', { parameters: '{"size":2}' });
    await platform.until(() => db.state === 'succeeded' && instance()?.parameters === '{"size":2}');
    await disposeOf(platform, db);
  });

  test.each([
    ['is refused', refusedLate, 'No such size.'],
    ['breaks down', brokenLate, 'The disk is full.'],
  ])('a bind that %s late says why and gives no credentials, and nothing of it is left', async (_what, trouble, words) => {
    const { platform } = landscape;
    const binding = await bind(simulate(trouble));
    await platform.until(() => binding.state === 'failed');
    expect(binding.description).toContain(words);
    expect(platform.credentials(binding)).toEqual({});
    expect(await platform.delete(binding)).toBe('deleted');
    await eventually(instance, (left) => left?.bindings.length === 0);
    await disposeOf(platform, db);
  });

  // After each poll the client sends its DELETE again, and misses a failure that comes between the two.
  test('an unbind and a delete that are refused late say why, and are asked for again until they are done', async () => {
    const { platform } = landscape;
    await platform.synced(apply('sync', simulate({ deprovision: refusedLate })));
    const binding = platform.applyBinding('db-web', db, { parameters: simulate({ unbind: refusedLate }) });
    await platform.synced(binding);
    const unbind = platform.delete(binding);
    await platform.until(() => binding.description.includes('No such size.'));
    repair(instance()?.bindings[0]);
    expect(await unbind).toBe('deleted');
    const deletion = disposeOf(platform, db);
    await platform.until(() => db.description.includes('No such size.'));
    repair(instance());
    await deletion;
    expect(instance()).toBeUndefined();
  });
});
