import { eventually } from '../../e2e/eventually.js';
import { HELD, type SimulatorUnderTest } from '../../e2e/simulators.js';
import { disposeOf, planOf, startCrossplane, type CrossplaneLandscape } from './landscape.js';
import type { ServiceBinding, ServiceInstance } from './objects.js';
import { CREATE_INCOMPLETE } from './reconciler.js';
import { breakdown, brokenDown, lateFailure, refusal, repair, simulate } from './troubles.js';

let landscape: CrossplaneLandscape;
let db: ServiceInstance;
beforeAll(async () => {
  // What is refused late, on a busy machine, is refused all the same: nothing is answered 202 for slowness here.
  landscape = await startCrossplane({}, { promoteAfterMs: 10_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

/** A binding of a new instance that is there. */
async function bind(offering: string, plan: string, parameters: string): Promise<ServiceBinding> {
  db = landscape.platform.applyInstance('db', planOf(offering, plan), '{"size":1}');
  await landscape.platform.synced(db);
  return landscape.platform.applyBinding('db-web', db, { parameters });
}

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);
  const changes = (): string[] => simulator().verbs(db.instanceId).slice(1);
  const bindings = () => simulator().ledger.inventory.instance(db.instanceId)?.bindings ?? [];
  const held = (): string[] => bindings().map(({ bindingId }) => bindingId);

  test('a bind that is refused tells its user why, and has no credentials', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'sync', simulate(refusal));
    expect(await platform.troubled(binding)).toMatch(/Status: 400.*No such size\./s);
    expect(platform.credentials(binding)).toEqual({});
    expect(await platform.delete(binding)).toBe('deleted');
    expect(changes()).not.toContain('unbind');
    await disposeOf(platform, db);
  });

  test('a bind that breaks down once is in trouble, and in sync when it is asked for again', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'sync', simulate(breakdown));
    expect(await platform.troubled(binding)).toContain(brokenDown(offering));
    expect(await platform.synced(binding)).toBe('Synced');
    expect(platform.credentials(binding)).not.toEqual({});
    expect(held()).toEqual(['db-web']);
    expect(await platform.delete(binding)).toBe('deleted');
    expect(held()).toEqual([]);
    await disposeOf(platform, db);
  });

  test('a bind that is answered too late is in sync in the end, with one login', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'sync', simulate({ delayMs: 900, times: 1 }));
    expect(await platform.synced(binding)).toMatch(/^Synced/);
    expect(held()).toEqual(['db-web']);
    expect(await platform.delete(binding)).toBe('deleted');
    expect(held()).toEqual([]);
    await disposeOf(platform, db);
  });

  test('a bind that fails later says why and is asked for again until its user has enough of it; nothing is left', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'async-bind', simulate(lateFailure));
    await platform.until(() => binding.state === 'failed');
    expect(binding.description).toContain('No room.');
    await platform.until(() => changes().filter((verb) => verb === 'bind').length > 1);
    expect(platform.credentials(binding)).toEqual({});
    expect(await platform.delete(binding)).toBe('deleted');
    await eventually(held, (left) => left.length === 0);
    await disposeOf(platform, db);
  });

  test('a bind that goes on is deleted by its user, and nothing is left', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'sync', simulate(HELD));
    await platform.until(() => binding.isInProgress);
    const deletion = platform.delete(binding);
    await platform.until(() => platform.lines.some((line) => line.startsWith('DELETE') && line.includes(`${db.instanceId}/`)));
    simulator().finish(db.instanceId);
    expect(await deletion).toBe('deleted');
    expect(changes()).toEqual(['bind', 'unbind']);
    await disposeOf(platform, db);
  });

  test.each([
    ['is refused', refusal, 'Description: No such size.'],
    ['breaks down', breakdown, brokenDown(offering)],
  ])('an unbind that %s once is in trouble, and done when it is asked for again', async (_what, trouble, words) => {
    const { platform } = landscape;
    const binding = await bind(offering, 'sync', simulate({ unbind: { ...trouble, times: 1 } }));
    await platform.synced(binding);
    const deletion = platform.delete(binding);
    expect(await platform.troubled(binding)).toContain(words);
    expect(await deletion).toBe('deleted');
    expect(changes()).toEqual(['bind', 'unbind', 'unbind']);
    await disposeOf(platform, db);
  });

  // After each poll the client sends its DELETE again, and misses a failure that comes between the two.
  test('an unbind that fails later says why, and is asked for again until it is done', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'async-bind', simulate({ unbind: lateFailure }));
    await platform.synced(binding);
    const deletion = platform.delete(binding);
    await platform.until(() => binding.description.includes('No room.'));
    repair(bindings()[0]);
    expect(await deletion).toBe('deleted');
    expect(held()).toEqual([]);
    await disposeOf(platform, db);
  });

  test('an unbind that takes its time is in trouble with Kubernetes, and done all the same', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'sync', simulate({ unbind: HELD }));
    await platform.synced(binding);
    const deletion = platform.delete(binding);
    expect(await platform.troubled(binding)).toBe('failed to add async deletion finalizer');
    simulator().finish(db.instanceId);
    expect(await deletion).toBe('deleted');
    expect(changes()).toEqual(['bind', 'unbind']);
    await disposeOf(platform, db);
  });

  test('the controller dies in mid-bind: its user looks, vouches for it, and there is one login', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'sync', simulate({ delayMs: 300 }));
    await eventually(changes, (verbs) => verbs.includes('bind'));
    await platform.killController();
    expect(await platform.troubled(binding)).toBe(CREATE_INCOMPLETE);
    await eventually(held, (left) => left.length === 1);
    platform.vouchFor(binding);
    expect(await platform.synced(binding)).toBe('Synced');
    expect(platform.credentials(binding)).not.toEqual({});
    expect(changes()).toEqual(['bind']);
    expect(await platform.delete(binding)).toBe('deleted');
    await disposeOf(platform, db);
  });

  test('an instance is deleted before its binding: the binding is in trouble, and goes when its user deletes it', async () => {
    const { platform } = landscape;
    const binding = await bind(offering, 'sync', '{}');
    await platform.synced(binding);
    await disposeOf(platform, db);
    expect(await platform.troubled(binding)).toContain('Status: 404');
    expect(await platform.delete(binding)).toBe('deleted');
  });
});

test('a backend that breaks down after each first call has one login, and none after the deletion', async () => {
  const { platform, simulator } = landscape;
  const binding = await bind('simulator', 'flaky', '{}');
  expect(await platform.synced(binding)).toMatch(/^Synced/);
  expect(simulator.ledger.inventory.instance(db.instanceId)?.bindings).toHaveLength(1);
  expect(await platform.delete(binding)).toBe('deleted');
  expect(simulator.ledger.inventory.instance(db.instanceId)?.bindings).toEqual([]);
  await disposeOf(platform, db);
});

// To a broker a 500 is an end (OSB 2.17, Orphan Mitigation), so what was made nevertheless is deleted.
test('a broker that answers 500 to the binds it has done has nothing left of them', async () => {
  const { platform, remote } = landscape;
  const binding = await bind('remote', 'sync', simulate({ ...breakdown, afterActing: true, times: 1_000 }));
  expect(await platform.troubled(binding)).toContain('Status: 5');
  await eventually(() => remote.verbs(db.instanceId), (verbs) => verbs.includes('unbind'));
  expect(platform.credentials(binding)).toEqual({});
  expect(await platform.delete(binding)).toBe('deleted');
  await eventually(() => remote.ledger.inventory.instance(db.instanceId)?.bindings, (left) => left?.length === 0);
  await disposeOf(platform, db);
});
