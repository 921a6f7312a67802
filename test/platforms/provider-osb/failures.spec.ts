import { eventually } from '../../e2e/eventually.js';
import { HELD, type SimulatorUnderTest } from '../../e2e/simulators.js';
import { disposeOf, planOf, startCrossplane, type CrossplaneLandscape } from './landscape.js';
import type { ServiceInstance } from './objects.js';
import { CREATE_INCOMPLETE } from './reconciler.js';
import { breakdown, brokenDown, lateFailure, refusal, repair, simulate } from './troubles.js';

let landscape: CrossplaneLandscape;
beforeAll(async () => {
  // What is refused late, on a busy machine, is refused all the same: nothing is answered 202 for slowness here.
  landscape = await startCrossplane({}, { promoteAfterMs: 10_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const apply = (offering: string, plan: string, parameters = '{"size":1}'): ServiceInstance =>
  landscape.platform.applyInstance('db', planOf(offering, plan), parameters);
const linesOf = ({ instanceId }: ServiceInstance, method: string): string[] =>
  landscape.platform.lines.filter((line) => line.startsWith(method) && line.includes(`${instanceId}?`));

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);
  const verbs = ({ instanceId }: ServiceInstance): string[] => simulator().verbs(instanceId);
  const creations = (instance: ServiceInstance): string[] => verbs(instance).filter((verb) => verb !== 'update');
  const countOf = (verb: string, instance: ServiceInstance): number => verbs(instance).filter((each) => each === verb).length;
  const made = ({ instanceId }: ServiceInstance) => simulator().ledger.inventory.instance(instanceId);
  const parametersOf = (instance: ServiceInstance): string | undefined => made(instance)?.parameters;

  test('a create that is refused tells its user why, and leaves nothing', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'sync', simulate(refusal));
    expect(await platform.troubled(db)).toMatch(/Status: 400.*No such size\./s);
    await disposeOf(platform, db);
    expect(countOf('deprovision', db)).toBe(0);
  });

  test('a create that breaks down once is in trouble, and in sync when it is asked for again', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'sync', simulate(breakdown));
    expect(await platform.troubled(db)).toContain(brokenDown(offering));
    expect(await platform.synced(db)).toBe('Synced succeeded');
    expect(countOf('provision', db)).toBe(2);
    await disposeOf(platform, db);
  });

  test('a create that is answered too late is in sync in the end, and there is one instance', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'sync', simulate({ delayMs: 900, times: 1 }));
    expect(await platform.synced(db)).toBe('Synced succeeded');
    expect(simulator().ledger.inventory.instances()).toHaveLength(1);
    await disposeOf(platform, db);
  });

  test('a create that fails later says why, what it left is removed, and it is made anew as its user wants it then', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'async', simulate(lateFailure));
    await platform.until(() => db.state === 'failed');
    expect(db.description).toContain('No room.');
    expect(await platform.synced(platform.changeInstance('db', { parameters: '{"size":1}' }))).toBe('Synced succeeded');
    expect(creations(db).slice(-3)).toEqual(['provision', 'deprovision', 'provision']);
    await disposeOf(platform, db);
  });

  test('a create that goes on is deleted by its user, and nothing is left', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'sync', simulate(HELD));
    await platform.until(() => db.isInProgress);
    const deletion = disposeOf(platform, db);
    await platform.until(() => linesOf(db, 'DELETE').some((line) => / 20[02]$/.test(line)));
    simulator().finish(db.instanceId);
    await deletion;
    expect(creations(db)).toEqual(['provision', 'deprovision']);
  });

  test('an update that is refused tells its user why and changes nothing, and another one goes through', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'sync');
    await platform.synced(db);
    expect(await platform.troubled(platform.changeInstance('db', { parameters: simulate(refusal) }))).toMatch(/Status: 400.*No such size\./s);
    expect(parametersOf(db)).toBe('{"size":1}');
    expect(await platform.synced(platform.changeInstance('db', { parameters: '{"size":2}' }))).toBe('Synced succeeded');
    expect(parametersOf(db)).toBe('{"size":2}');
    await disposeOf(platform, db);
  });

  test('an update that breaks down once is in trouble, and goes through when it is asked for again', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'sync');
    await platform.synced(db);
    const parameters = simulate(breakdown, { size: 1 });
    platform.changeInstance('db', { parameters });
    expect(await platform.troubled(db)).toContain(brokenDown(offering));
    expect(await platform.synced(db)).toBe('Synced succeeded');
    expect(parametersOf(db)).toBe(parameters);
    await disposeOf(platform, db);
  });

  test('an update that fails later says why, and is tried again until it goes through', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'async');
    await platform.synced(db);
    const parameters = simulate({ async: { ...lateFailure.async, times: 1 } }, { size: 1 });
    expect(await platform.synced(platform.changeInstance('db', { parameters }))).toBe('Synced failed');
    expect(db.description).toContain('No room.');
    await platform.until(() => db.state === 'succeeded');
    expect(parametersOf(db)).toBe(parameters);
    await disposeOf(platform, db);
  });

  test.each([
    ['is refused', refusal, 'Description: No such size.'],
    ['breaks down', breakdown, brokenDown(offering)],
  ])('a delete that %s once is in trouble, and done when it is asked for again', async (_what, trouble, words) => {
    const { platform } = landscape;
    const db = apply(offering, 'sync', simulate({ deprovision: { ...trouble, times: 1 } }));
    await platform.synced(db);
    const deletion = disposeOf(platform, db);
    expect(await platform.troubled(db)).toContain(words);
    await deletion;
    expect(creations(db)).toEqual(['provision', 'deprovision', 'deprovision']);
  });

  // After each poll the client sends its DELETE again, and misses a failure that comes between the two.
  test('a delete that fails later says why, and is asked for again until it is done', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'async', simulate({ deprovision: lateFailure }));
    await platform.synced(db);
    const deletion = disposeOf(platform, db);
    await platform.until(() => db.description.includes('No room.'));
    repair(made(db));
    await deletion;
    expect(simulator().exists(db.instanceId)).toBe(false);
  });

  test('the controller dies in mid-create: its user looks, vouches for it, and there is one instance', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'sync', simulate({ delayMs: 300 }));
    await eventually(() => verbs(db), ([verb]) => verb !== undefined);
    await platform.killController();
    expect(await platform.troubled(db)).toBe(CREATE_INCOMPLETE);
    await eventually(() => simulator().exists(db.instanceId), (exists) => exists);
    platform.vouchFor(db);
    expect(await platform.synced(db)).toBe('Synced succeeded');
    expect(countOf('provision', db)).toBe(1);
    await disposeOf(platform, db);
  });

  test('the controller dies in mid-update and in mid-delete: the next one follows both to their end', async () => {
    const { platform } = landscape;
    const db = apply(offering, 'sync');
    await platform.synced(db);
    platform.changeInstance('db', { parameters: simulate({ ...HELD, deprovision: HELD }, { size: 1 }) });
    await platform.until(() => db.isInProgress);
    await platform.killController();
    simulator().finish(db.instanceId);
    expect(await platform.synced(db)).toBe('Synced succeeded');
    const deletion = disposeOf(platform, db);
    await platform.until(() => db.state === 'deleting');
    await platform.killController();
    simulator().finish(db.instanceId);
    await deletion;
    expect(verbs(db)).toEqual(['provision', 'update', 'deprovision']);
  });
});

test('a backend that breaks down after each first call has one instance, and none after the deletion', async () => {
  const { platform, simulator } = landscape;
  const db = apply('simulator', 'flaky');
  expect(await platform.synced(db)).toBe('Synced succeeded');
  expect(await platform.synced(platform.changeInstance('db', { parameters: '{"size":2}' }))).toBe('Synced succeeded');
  expect(simulator.ledger.inventory.instances().map(({ parameters }) => parameters)).toEqual(['{"size":2}']);
  await disposeOf(platform, db);
});

// To a broker a 500 is an end (OSB 2.17, Orphan Mitigation), so what was made nevertheless is deleted.
test('a broker that answers 500 to what it has done has nothing left of it, and one instance when its user wants another', async () => {
  const { platform, remote } = landscape;
  const db = apply('remote', 'sync', simulate({ ...breakdown, times: undefined, afterActing: true }));
  expect(await platform.troubled(db)).toContain(brokenDown('remote'));
  await eventually(() => remote.verbs(db.instanceId), (verbs) => verbs.includes('deprovision'));
  expect(await platform.synced(platform.changeInstance('db', { parameters: '{"size":1}' }))).toBe('Synced succeeded');
  expect(remote.ledger.inventory.instances().map(({ parameters }) => parameters)).toEqual(['{"size":1}']);
  await disposeOf(platform, db);
});
