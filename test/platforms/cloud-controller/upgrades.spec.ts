import { randomUUID } from 'node:crypto';
import { AdminClient } from '../../support/admin-client.js';
import { startRemote, type RemoteSimulator } from '../../support/remote-simulator.js';
import { startFoundation, type FoundationLandscape } from './landscape.js';

/** A remote broker whose catalog changes, in a gateway of this test alone. */
let landscape: FoundationLandscape;
let admin: AdminClient;
let remote: RemoteSimulator;
let offering: string;
beforeAll(async () => {
  landscape = await startFoundation();
  admin = await AdminClient.of(landscape.gateway.admin());
});
beforeEach(async () => {
  offering = `changing-${randomUUID().slice(0, 8)}`;
  remote = await startRemote({ serviceName: offering });
  await admin.post('/backends', { name: offering, type: 'osb', settings: remote.settings });
  await landscape.platform.synchronize();
  landscape.platform.enableAccess();
});
afterEach(async () => {
  await landscape.isClean();
  expect(remote.simulator.ledger.inventory.instances()).toEqual([]);
  await admin.ask('DELETE', `/backends/${offering}`);
  await remote.broker.close();
});
afterAll(() => landscape.stop());

type Plan = Record<string, unknown> & { readonly name: string };

/** The broker publishes other plans from now on, an operator has the gateway read them, and one of the platform that. */
async function republish(change: (plans: Plan[]) => Plan[]): Promise<void> {
  const { services } = (await remote.simulator.catalog({ signal: AbortSignal.timeout(1_000) })) as { services: { plans: Plan[] }[] };
  const changed = services.map((service) => ({ ...service, plans: change(service.plans) }));
  remote.simulator.catalog = () => Promise.resolve({ services: changed });
  const { body } = await admin.post(`/backends/${offering}/refresh`);
  expect(body.backend.catalog.failure).toBeUndefined();
  expect(await landscape.platform.synchronize()).toEqual({ state: 'AVAILABLE', errors: [], warnings: [] });
}

test('an upgrade is offered when the plan has a new version, once, and the backend is told of it', async () => {
  const { platform: cf } = landscape;
  const version = (to: string) => (plans: Plan[]) => plans.map((plan) => (plan.name === 'sync' ? { ...plan, maintenance_info: { version: to, description: `To ${to}.` } } : plan));
  expect(await cf.createService(offering, 'sync', 'first')).toBe('create succeeded');
  await republish(version('3.0.0'));
  expect(await cf.createService(offering, 'sync', 'db')).toBe('create succeeded');
  expect(await cf.upgradeService('db')).toBe('No upgrade is available.');
  await republish(version('3.1.0'));
  for (const name of ['first', 'db']) {
    expect(await cf.upgradeService(name)).toBe('update succeeded');
    expect(await cf.upgradeService(name)).toBe('No upgrade is available.');
    expect(await cf.updateService(name, { parameters: { size: 2 } })).toBe('update succeeded');
    expect(await cf.deleteService(name)).toBe('deleted');
  }
  const sent = remote.broker.requests.filter(({ method, body }) => method === 'PATCH' && body.includes('"parameters":{},"maintenance_info":{"version":"3.1.0"}'));
  expect(sent).toHaveLength(2);
});

test('a platform that has not read the new version yet is refused by name, and nothing is deleted', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService(offering, 'maintenance', 'db')).toBe('create succeeded');
  const stale = cf.database.plan(cf.database.instance('db').planId);
  await republish((plans) => plans.map((plan) => (plan.name === 'maintenance' ? { ...plan, maintenance_info: { version: '9.0.0' } } : plan)));
  cf.database.plans.set(stale.uniqueId, stale);
  expect(await cf.createService(offering, 'maintenance', 'late')).toBe('create failed');
  expect(cf.database.instance('late').lastOperation.error).toBe('MaintenanceInfoConflict');
  await cf.idle();
  expect(cf.database.orphanJobs.some(({ guid }) => guid === cf.database.instance('late').guid)).toBe(false);
  expect(await cf.deleteService('late')).toBe('deleted');
  expect(await cf.deleteService('db')).toBe('deleted');
});
