import { randomUUID } from 'node:crypto';
import { eventually } from '../../e2e/eventually.js';
import { HELD, type SimulatorUnderTest } from '../../e2e/simulators.js';
import { startKorifi, type KorifiLandscape } from './landscape.js';

let landscape: KorifiLandscape;
beforeAll(async () => {
  landscape = await startKorifi({ promoteAfterMs: 5_000, callMs: 5_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const failWith = (status: number) => ({ simulate: { failWith: { status, description: 'The disk is full.' } } });

const QUOTA = 'The simulated quota is used up.';

let db: string;
beforeEach(() => {
  db = randomUUID();
});

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);

  test('a create that fails later has failed, what it left is removed, and it can be deleted', async () => {
    const { platform: cf } = landscape;
    const simulate = { async: { outcome: 'failed', description: QUOTA }, deprovision: HELD };
    expect(await cf.createService(offering, 'sync', db, { simulate })).toBe('create failed');
    const { guid, status } = cf.database.instance(db);
    expect(status.provisioningFailed).toBe(QUOTA);
    await eventually(() => simulator().verbs(guid), (verbs) => verbs.includes('deprovision'));
    simulator().finish(guid);
    await eventually(() => simulator().exists(guid), (exists) => !exists);
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test.each([400, 422])('a refusal (%i) is told once, and its user reads why', async (status) => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, 'sync', db, failWith(status))).toBe('create failed');
    expect(cf.database.instance(db).status.provisioningFailed).toBe('The disk is full.');
    expect(simulator().verbs(cf.database.instance(db).guid)).toEqual(['provision']);
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test('a backend that is out of order is asked again until the user has enough of it; nothing is left', async () => {
    const { platform: cf } = landscape;
    void cf.createService(offering, 'sync', db, failWith(500));
    const instance = cf.database.instance(db);
    await cf.until(() => cf.storyOf(instance).some((line) => line.startsWith('PUT 5')));
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test('a bind that fails is asked for again until the user has enough of it; nothing is left', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', db);
    void cf.bindApp(db, 'web', failWith(500));
    const binding = cf.database.binding(db, 'web');
    await cf.until(() => cf.storyOf(binding).some((line) => line.startsWith('PUT 5')));
    expect(await cf.unbind(db, 'web')).toBe('deleted');
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test.each([1, 3])('a backend that fails %i times and leaves something each time has one instance in the end', async (times) => {
    const { platform: cf } = landscape;
    const simulate = { failWith: { status: 500 }, afterActing: true, times };
    expect(await cf.createService(offering, 'sync', db, { simulate })).toBe('create succeeded');
    const { guid } = cf.database.instance(db);
    const made = Array.from({ length: times }, () => ['provision', 'deprovision']);
    expect(simulator().verbs(guid)).toEqual([...made.flat(), 'provision']);
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test('a deletion that is refused, fails and fails later is asked for again until it is done', async () => {
    const { platform: cf } = landscape;
    const unbind = { failWith: { status: 500 }, times: 2 };
    await cf.createService(offering, 'sync', db, { simulate: { deprovision: { failWith: { status: 500 }, times: 2 } } });
    await cf.createService(offering, 'async', 'other', { simulate: { deprovision: { async: { outcome: 'failed', times: 1 } } } });
    await cf.bindApp(db, 'web', { simulate: { unbind } });
    expect(await Promise.all([cf.deleteService(db), cf.deleteService('other')])).toEqual(['deleted', 'deleted']);
  });

  test('an instance is deleted while it is created: the delete is taken, and runs behind', async () => {
    const { platform: cf } = landscape;
    void cf.createService(offering, 'async', db, { simulate: HELD });
    const { guid } = cf.database.instance(db);
    await eventually(() => simulator().exists(guid), (exists) => exists);
    const deletion = cf.deleteService(db);
    await cf.until(() => cf.storyOf({ guid }).some((line) => line.startsWith('DELETE 202')));
    simulator().finish(guid);
    expect(await deletion).toBe('deleted');
    expect(cf.storyOf({ guid }).filter((line) => /^DELETE [45]/.test(line) && line !== 'DELETE 410')).toEqual([]);
  });

  test('a bind that fails later has failed, and what it left is removed', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', db);
    const { guid } = cf.database.instance(db);
    const simulate = { async: { outcome: 'failed', description: QUOTA }, unbind: HELD };
    expect(await cf.bindApp(db, 'web', { simulate })).toBe('create failed');
    expect(cf.database.binding(db, 'web').status.bindingFailed).toBe(QUOTA);
    await eventually(() => simulator().verbs(guid), (verbs) => verbs.includes('unbind'));
    simulator().finish(guid);
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test('a bind and an unbind that take their time are followed to their end', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', db);
    const slow = { async: { durationMs: 300 } };
    expect(await cf.bindApp(db, 'web', { simulate: { ...slow, unbind: slow } })).toBe('create succeeded');
    expect(await cf.unbind(db, 'web')).toBe('deleted');
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test('a key is answered with the same credentials at each look at it', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', db);
    await cf.createKey(db, 'key');
    const binding = cf.database.binding(db, 'key');
    const before = cf.credentials(db, 'key');
    const puts = (): number => cf.storyOf(binding).filter((line) => line === 'PUT 200').length;
    while (puts() < 5) {
      const seen = puts();
      cf.resync();
      await cf.until(() => puts() > seen);
    }
    expect(cf.credentials(db, 'key')).toEqual(before);
    expect(simulator().verbs(cf.database.instance(db).guid)).toEqual(['provision', 'bind']);
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test('the controller dies while a create and a bind are under way: one of each is made', async () => {
    const { platform: cf } = landscape;
    const slow = { simulate: { delayMs: 300 } };
    const create = cf.createService(offering, 'sync', db, slow);
    const { guid } = cf.database.instance(db);
    await eventually(() => simulator().verbs(guid), (verbs) => verbs.length > 0);
    await cf.killController();
    expect(await create).toBe('create succeeded');
    const bind = cf.bindApp(db, 'web', slow);
    await eventually(() => simulator().verbs(guid), (verbs) => verbs.includes('bind'));
    await cf.killController();
    expect(await bind).toBe('create succeeded');
    expect(simulator().verbs(guid)).toEqual(['provision', 'bind']);
    expect(await cf.deleteService(db)).toBe('deleted');
  });

  test('what was deleted here without a word is not forgotten by the gateway', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', db);
    const { guid, planId } = cf.database.instance(db);
    expect(await cf.deleteService(db, { purge: true })).toBe('deleted');
    expect(simulator().exists(guid)).toBe(true);
    const { offeringId } = cf.database.plan(planId);
    const { username, password } = landscape.login;
    const answer = await landscape.gateway.osb({ username, password }).deprovision(guid, { serviceId: offeringId, planId });
    expect(answer.status).toBe(200);
  });
});

test('a plan that cannot be bound says no to a key', async () => {
  const { platform: cf } = landscape;
  await cf.createService('simulator', 'not-bindable', db);
  expect(await cf.createKey(db, 'key')).toBe('create failed');
  expect(await cf.deleteService(db)).toBe('deleted');
});
