import { simulatorAsBroker, simulatorInGateway, type SimulatorUnderTest } from '../../e2e/simulators.js';
import { startFoundation, type FoundationLandscape } from './landscape.js';

/** What bindings of other kinds get, and changes that are no change of parameters. */
let landscape: FoundationLandscape;
const permitted = new Map<string, SimulatorUnderTest>();

beforeAll(async () => {
  landscape = await startFoundation();
  const { gateway, platform } = landscape;
  permitted.set('local', await simulatorInGateway(gateway, 'local', { permissionsOffering: true }));
  permitted.set('distant', await simulatorAsBroker(gateway, 'distant', { permissionsOffering: true }));
  expect(await platform.synchronize()).toMatchObject({ state: 'AVAILABLE', errors: [] });
  platform.enableAccess();
});
afterAll(async () => {
  await landscape.stop();
  await permitted.get('distant')?.close();
});
afterEach(async () => {
  await landscape.isClean();
  for (const { ledger } of permitted.values()) expect(ledger.inventory.instances()).toEqual([]);
});

describe.each(['local', 'distant'])('with permissions, at %s', (name) => {
  const offering = `${name}-permissions`;

  test.each([
    ['route-service', { routeServiceUrl: 'https://routes.simulator.example/' }],
    ['managed-routes', { routeServiceUrl: undefined }],
  ])('a route is bound to %s, and unbound', async (plan, gets) => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, plan, 'gate')).toBe('create succeeded');
    expect(await cf.bind('gate', 'route', 'shop.example')).toBe('create succeeded');
    expect(cf.binding('gate', 'shop.example')).toMatchObject(gets);
    expect(await cf.unbind(cf.binding('gate', 'shop.example'))).toBe('deleted');
    expect(await cf.deleteService('gate')).toBe('deleted');
    expect(cf.database.orphanJobs).toEqual([]);
  });

  test.each([
    ['log-drain', { syslogDrainUrl: 'syslog-tls://logs.simulator.example:6514' }],
    ['volume', { volumeMounts: [expect.objectContaining({ container_dir: '/data/simulated', mode: 'rw' })] }],
  ])('an app gets from %s what the offering is permitted to give', async (plan, gets) => {
    const { platform: cf } = landscape;
    expect(await cf.createService(offering, plan, 'giver')).toBe('create succeeded');
    expect(await cf.bind('giver', 'app', 'web')).toBe('create succeeded');
    expect(cf.binding('giver', 'web')).toMatchObject(gets);
    expect(await cf.unbind(cf.binding('giver', 'web'))).toBe('deleted');
    expect(await cf.deleteService('giver')).toBe('deleted');
  });

  test('a key to what only apps can be bound to is refused in words Cloud Foundry knows, and no delete is sent for it', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'app-only', 'tool');
    expect(await cf.bind('tool', 'key', 'key')).toBe('create failed');
    expect(cf.binding('tool', 'key').lastOperation.error).toBe('AppRequired');
    expect(cf.database.orphanJobs).toEqual([]);
    expect(await cf.unbind(cf.binding('tool', 'key'))).toBe('deleted');
    expect(await cf.bind('tool', 'app', 'web')).toBe('create succeeded');
    expect(await cf.unbind(cf.binding('tool', 'web'))).toBe('deleted');
    expect(await cf.deleteService('tool')).toBe('deleted');
  });
});

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);

  test('an instance from before its plan had versions is upgraded once, and then there is nothing to upgrade', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'maintenance', 'db');
    const row = cf.database.instance('db');
    expect(await cf.upgradeService('db')).toBe('No upgrade is available.');
    row.maintenanceVersion = undefined;
    expect(await cf.upgradeService('db')).toBe('update succeeded');
    expect(row.maintenanceVersion).toBe('2.1.1+abcdef');
    expect(JSON.parse(bodyOfLast('PATCH'))).toMatchObject({ maintenance_info: { version: '2.1.1+abcdef' }, parameters: {}, previous_values: { maintenance_info: null } });
    expect(await cf.upgradeService('db')).toBe('No upgrade is available.');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('a new name reaches the backend, with no parameters to change', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db', { size: 1 });
    const { guid } = cf.database.instance('db');
    expect(await cf.renameService('db', 'orders')).toBe('update succeeded');
    const update = simulator().changes(guid).at(-1);
    expect([update?.verb, JSON.parse(update?.context ?? '{}').instance_name]).toEqual(['update', 'orders']);
    expect(update?.parameters).toBe('{}');
    expect(await cf.deleteService('orders')).toBe('deleted');
  });
});

function bodyOfLast(method: string): string {
  return String(landscape.platform.exchange.transcript.findLast((exchanged) => exchanged.method === method)?.body);
}
