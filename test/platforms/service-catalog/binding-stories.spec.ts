import { startCluster, type ClusterLandscape } from './landscape.js';
import { messageOf } from './objects.js';

let landscape: ClusterLandscape;
beforeAll(async () => {
  landscape = await startCluster({}, { budgetMs: 1_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const reasonFor = (name: string): string => messageOf(landscape.platform.store.binding(name).status, 'Failed');

async function cleanedUp(): Promise<void> {
  const { platform: cluster } = landscape;
  for (const name of cluster.store.bindings.keys()) expect(await cluster.unbind(name)).toBe('deleted');
  expect(await cluster.deprovision('db')).toBe('deleted');
}

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): ClusterLandscape['simulator'] => (offering === 'remote' ? landscape.remote : landscape.simulator);

  test('a bind the backend takes its time for is answered with the credentials, though nobody offered to wait', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'async-bind');
    expect(await cluster.bind('db', 'web')).toBe('Ready');
    expect(cluster.linesOf(cluster.store.binding('web'))).toEqual(['PUT  201']);
    await cleanedUp();
  });

  test('a bind that takes longer than the gateway waits has failed, and leaves nothing', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    expect(await cluster.bind('db', 'web', { parameters: { simulate: { async: { durationMs: 1_500 } } } })).toBe('Failed');
    expect(reasonFor('web')).toContain('504');
    await cleanedUp();
  });

  test.each([400, 422, 500])('a bind that is refused (%i) has failed, its user reads why, and nothing is left', async (status) => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    expect(await cluster.bind('db', 'web', { parameters: { simulate: { failWith: { status, description: 'No more logins.' } } } })).toBe('Failed');
    expect(reasonFor('web')).toContain('No more logins.');
    await cleanedUp();
  });

  test('a bind the backend breaks down after is what the gateway found out, or has failed; nothing is left either way', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'flaky');
    expect(await cluster.bind('db', 'web')).toBe(offering === 'remote' ? 'Failed' : 'Ready');
    await cleanedUp();
  });

  test('a bind that failed can be made anew under its name', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    await cluster.bind('db', 'web', { parameters: { simulate: { failWith: { status: 400 } } } });
    expect(await cluster.unbind('web')).toBe('deleted');
    expect(await cluster.bind('db', 'web')).toBe('Ready');
    await cleanedUp();
  });

  test('while the Secret cannot be written, each bind is answered with the same credentials, and one login is made', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    cluster.store.secrets.set('web', { data: { mine: 'yes' } });
    const outcome = cluster.bind('db', 'web');
    const binding = cluster.store.binding('web');
    await cluster.until(() => cluster.linesOf(binding).length >= 6);
    cluster.store.secrets.delete('web');
    expect(await outcome).toBe('Ready');
    const answers = cluster.answersTo(binding);
    expect(answers.length).toBeGreaterThan(5);
    expect(new Set(answers).size).toBe(1);
    expect(simulator().verbs(cluster.store.instance('db').externalId)).toEqual(['provision', 'bind']);
    await cleanedUp();
  });

  test('credentials Kubernetes cannot keep are asked for again and again, until the user gives up; nothing is left', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    void cluster.bind('db', 'web', { parameters: { simulate: { credentials: { 'user name': 'u' } } } });
    const binding = cluster.store.binding('web');
    await cluster.until(() => cluster.linesOf(binding).length >= 3);
    expect(messageOf(binding.status, 'Ready')).toContain('data[user name]');
    await cleanedUp();
  });

  test('a login is asked for again by the next controller, and is the same', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    const outcome = cluster.bind('db', 'web', { parameters: { simulate: { delayMs: 300 } } });
    await cluster.until(() => cluster.linesOf(cluster.store.binding('web')).length > 0);
    await cluster.killController();
    expect(await outcome).toBe('Ready');
    expect(simulator().verbs(cluster.store.instance('db').externalId)).toEqual(['provision', 'bind']);
    await cleanedUp();
  });

  test('an unbind that fails is asked again until it is done', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    await cluster.bind('db', 'web', { parameters: { simulate: { unbind: { failWith: { status: 500 }, times: 2 } } } });
    expect(await cluster.unbind('web')).toBe('deleted');
    await cleanedUp();
  });

  test('an unbind that outlasts the wait of the gateway is finished all the same', async () => {
    const { platform: cluster } = landscape;
    await cluster.provision('db', offering, 'sync');
    await cluster.bind('db', 'web', { parameters: { simulate: { unbind: { async: { durationMs: 1_500 } } } } });
    expect(await cluster.unbind('web')).toBe('deleted');
    await cleanedUp();
  });
});

test('a plan that cannot be bound is never asked to', async () => {
  const { platform: cluster } = landscape;
  await cluster.provision('db', 'simulator', 'not-bindable');
  expect(await cluster.bind('db', 'web')).toBe('Failed');
  expect(cluster.linesOf(cluster.store.binding('web'))).toEqual([]);
  await cleanedUp();
});
