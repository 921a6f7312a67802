import { randomUUID } from 'node:crypto';
import { AdminClient } from '../../support/admin-client.js';
import { startRemote, type RemoteSimulator } from '../../support/remote-simulator.js';
import type { BrokerReport } from './cloud-controller.js';
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
async function republish(change: (plans: Plan[]) => Plan[]): Promise<BrokerReport> {
  const { services } = (await remote.simulator.catalog({ signal: AbortSignal.timeout(1_000) })) as { services: { plans: Plan[] }[] };
  const changed = services.map((service) => ({ ...service, plans: change(service.plans) }));
  remote.simulator.catalog = () => Promise.resolve({ services: changed });
  const { body } = await admin.post(`/backends/${offering}/refresh`);
  expect(body.backend.catalog.failure).toBeUndefined();
  return landscape.platform.synchronize();
}

const marketplace = (): string[] => landscape.platform.marketplace().filter((each) => each.startsWith(offering));
const without = (gone: string) => (plans: Plan[]) => plans.filter(({ name }) => name !== gone);

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

test('a plan that vanishes unused is deleted; with an instance it is kept, and its instance unbound and deleted', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService(offering, 'sync', 'db')).toBe('create succeeded');
  expect(await cf.bind('db', 'app', 'web')).toBe('create succeeded');
  const { warnings } = await republish((plans) => without('async')(without('sync')(plans)));
  expect(warnings).toEqual([expect.stringContaining('sync')]);
  expect(marketplace()).not.toContain(`${offering}/sync`);
  expect([cf.database.plans.has(`${offering}-async`), cf.database.plans.has(`${offering}-sync`)]).toEqual([false, true]);
  await expect(cf.updateService('db', { parameters: { size: 2 } })).rejects.toThrow('inaccessible plan');
  expect(await cf.unbind(cf.binding('db', 'web'))).toBe('deleted');
  expect(await cf.deleteService('db')).toBe('deleted');
});

test('a plan that comes back with its id is the same one, in the open again only by an operator', async () => {
  const { platform: cf } = landscape;
  const old = (await remote.simulator.catalog({ signal: AbortSignal.timeout(1_000) })) as { services: { plans: Plan[] }[] };
  await republish(without('sync'));
  await republish(() => old.services[0]?.plans ?? []);
  expect(cf.database.plan(`${offering}-sync`).isPublic).toBe(false);
  cf.enableAccess();
  expect(await cf.createService(offering, 'sync', 'db')).toBe('create succeeded');
  expect(await cf.deleteService('db')).toBe('deleted');
});

test('a plan that is renamed keeps its instances', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService(offering, 'sync', 'db')).toBe('create succeeded');
  await republish((plans) => plans.map((plan) => (plan.name === 'sync' ? { ...plan, name: 'renamed' } : plan)));
  expect(marketplace()).toContain(`${offering}/renamed`);
  expect(await cf.updateService('db', { parameters: { size: 2 } })).toBe('update succeeded');
  expect(await cf.deleteService('db')).toBe('deleted');
});

test.each<[string, unknown]>([
  ['no service', { services: [] }],
  ['a service without plans', { services: [{ id: 's', name: 'bare', description: 'Bare.', bindable: true, plans: [] }] }],
  ['something else', { error: 'maintenance' }],
])('a broker that publishes %s costs the platform nothing: what was offered stays', async (_what, catalog) => {
  const { platform: cf } = landscape;
  const before = marketplace();
  remote.simulator.catalog = () => Promise.resolve(catalog);
  await admin.post(`/backends/${offering}/refresh`);
  expect(await cf.synchronize()).toEqual({ state: 'AVAILABLE', errors: [], warnings: [] });
  expect(marketplace()).toEqual(before);
});

test.each<[string, (plan: Plan) => object]>([
  ['without a description', (plan) => ({ ...plan, description: '' })],
  ['with a version that is none', (plan) => ({ ...plan, maintenance_info: { version: 'new' } })],
  ['with a schema of no draft', (plan) => ({ ...plan, schemas: { service_instance: { create: { parameters: { type: 'no type' } } } } })],
])('a broken new plan (%s) is left out, where the platform would refuse the catalog of every backend', async (_what, broken) => {
  const { platform: cf } = landscape;
  const before = marketplace();
  const { errors } = await republish((plans) => [...plans, broken({ id: `${offering}-new`, name: 'new', description: 'New.' }) as Plan]);
  expect(errors).toEqual([]);
  expect(marketplace()).toEqual(before);
  expect(await cf.createService(offering, 'sync', 'db')).toBe('create succeeded');
  expect(await cf.deleteService('db')).toBe('deleted');
});

test('a backend that is closed refuses what is new in the words of its operator, and nothing is deleted', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService(offering, 'sync', 'db')).toBe('create succeeded');
  await admin.post(`/backends/${offering}/close`, { message: 'Nothing new until Monday.' });
  expect(await cf.createService(offering, 'sync', 'late')).toBe('create failed');
  expect(cf.database.instance('late').lastOperation).toMatchObject({ error: 'RequestRejected', description: 'Nothing new until Monday.' });
  for (const name of ['late', 'db']) expect(await cf.deleteService(name)).toBe('deleted');
});

test('a backend that is disabled leaves the marketplace; what is there is used and deleted', async () => {
  const { platform: cf } = landscape;
  expect(await cf.createService(offering, 'sync', 'db')).toBe('create succeeded');
  await admin.post(`/backends/${offering}/disable`);
  const { warnings } = await cf.synchronize();
  expect([marketplace(), warnings]).toEqual([[], [expect.stringContaining('sync')]]);
  expect(await cf.bind('db', 'key', 'key')).toBe('create succeeded');
  expect(await cf.unbind(cf.binding('db', 'key'))).toBe('deleted');
  expect(await cf.deleteService('db')).toBe('deleted');
});
