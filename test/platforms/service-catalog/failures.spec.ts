import { eventually } from '../../e2e/eventually.js';
import { HELD, type SimulatorUnderTest } from '../../e2e/simulators.js';
import { startCluster, type ClusterLandscape } from './landscape.js';
import { messageOf } from './objects.js';

let landscape: ClusterLandscape;
beforeAll(async () => {
  // A backend that answers at once is answered for at once, however busy the machine is.
  landscape = await startCluster({}, { promoteAfterMs: 10_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const simulators = (): [string, SimulatorUnderTest][] => [['simulator', landscape.simulator], ['remote', landscape.remote]];
const failWith = (status: number, description = 'The disk is full.') => ({ simulate: { failWith: { status, description } } });
const idOf = (name: string): string => landscape.platform.store.instance(name).externalId;
const reasonFor = (name: string): string => messageOf(landscape.platform.store.instance(name).status, 'Failed');

/** How often each change of an instance came to the backend. */
function countOf(simulator: SimulatorUnderTest, id: string, verb: string): number {
  return simulator.verbs(id).filter((each) => each === verb).length;
}

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => simulators().find(([name]) => name === offering)?.[1] as SimulatorUnderTest;

  test('a provision that fails later has failed, its user reads why, and nothing is left before he deletes it', async () => {
    const { platform: cluster } = landscape;
    expect(await cluster.provision('db', offering, 'failing')).toBe('Failed');
    expect(reasonFor('db')).toContain('The simulated quota is used up.');
    expect(simulator().exists(idOf('db'))).toBe(false);
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('a backend that breaks down after each first call has one instance in the end, and none after the deletion', async () => {
    const { platform: cluster } = landscape;
    expect(await cluster.provision('db', offering, 'flaky')).toBe('Ready');
    expect(simulator().ledger.inventory.instances()).toHaveLength(1);
    expect(await cluster.update('db', { parameters: { size: 2 } })).toBe('Ready');
    expect(simulator().ledger.inventory.instance(idOf('db'))?.parameters).toBe('{"size":2}');
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test.each([400, 422])('a refusal (%i) is told once, and its user reads why', async (status) => {
    const { platform: cluster } = landscape;
    expect(await cluster.provision('db', offering, 'sync', failWith(status))).toBe('Failed');
    expect(reasonFor('db')).toContain('The disk is full.');
    expect(countOf(simulator(), idOf('db'), 'provision')).toBe(1);
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('a backend that is out of order twice is asked again until it does what it is told', async () => {
    const { platform: cluster } = landscape;
    const simulate = { failWith: { status: 500 }, times: 2 };
    expect(await cluster.provision('db', offering, 'sync', { simulate })).toBe('Ready');
    const { externalId } = cluster.store.instance('db');
    expect(new Set(cluster.lines.filter((line) => line.startsWith('PUT') && line.includes(externalId)).map((line) => line.split(' ')[1])).size).toBe(1);
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('an update that is refused has failed, changes nothing, and the next one goes through', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync', { size: 1 });
    expect(await cluster.update('db', { parameters: failWith(400) })).toBe('Failed');
    expect(reasonFor('db')).toContain('The disk is full.');
    expect(simulator().ledger.inventory.instance(idOf('db'))?.parameters).toBe('{"size":1}');
    expect(await cluster.update('db', { parameters: { size: 2 } })).toBe('Ready');
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('an update that fails later has failed, and can be tried again', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'async', { size: 1 });
    expect(await cluster.update('db', { parameters: { simulate: { async: { outcome: 'failed', description: 'No room.' } } } })).toBe('Failed');
    expect(reasonFor('db')).toContain('No room.');
    expect(await cluster.update('db', { parameters: { size: 2 } })).toBe('Ready');
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('a deletion that fails is begun again until it is done', async () => {
    const { platform: cluster } = landscape;
    const deprovision = { failWith: { status: 500, description: 'Not now.' }, times: 2 };
    await cluster.provision('db', offering, 'sync', { simulate: { deprovision } });
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('a deletion that fails later is begun again until it is done', async () => {
    const { platform: cluster } = landscape;
    const deprovision = { async: { outcome: 'failed', times: 1, description: 'Still in use.' } };
    await cluster.provision('db', offering, 'async', { simulate: { deprovision } });
    expect(await cluster.deprovision('db')).toBe('deleted');
  });

  test('a deletion waits for the end of what runs', async () => {
    const { platform: cluster } = landscape;
    const provision = cluster.provision('db', offering, 'async', { simulate: HELD });
    await cluster.until(() => cluster.store.instance('db').status.asyncOpInProgress);
    const id = idOf('db');
    const deletion = cluster.deprovision('db');
    expect(cluster.linesOf({ externalId: id }).some((line) => line.startsWith('DELETE'))).toBe(false);
    simulator().finish(id);
    expect(await Promise.all([provision, deletion])).toEqual(['deleted', 'deleted']);
    expect(simulator().verbs(id)).toEqual(['provision', 'deprovision']);
  });
});

test('the controller dies while its provision is under way: the next one sends the same, and one instance is made', async () => {
  const { platform: cluster, simulator } = landscape;
  const outcome = cluster.provision('db', 'simulator', 'sync', { simulate: { delayMs: 400 } });
  const { externalId } = cluster.store.instance('db');
  await eventually(() => simulator.verbs(externalId), (verbs) => verbs.length > 0);
  await cluster.killController();
  expect(await outcome).toBe('Ready');
  expect(simulator.verbs(externalId)).toEqual(['provision']);
  expect(await cluster.deprovision('db')).toBe('deleted');
});
