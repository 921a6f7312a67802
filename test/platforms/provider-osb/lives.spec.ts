import type { JsonBody } from '../../support/http-client.js';
import { query } from '../../support/postgres.js';
import type { PlanOf } from './broker-client.js';
import { disposeOf, planOf, startCrossplane, type CrossplaneLandscape } from './landscape.js';
import type { ServiceInstance } from './objects.js';

let landscape: CrossplaneLandscape;
beforeAll(async () => {
  landscape = await startCrossplane();
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const dispose = (instance: ServiceInstance): Promise<void> => disposeOf(landscape.platform, instance);
/** A user looks the ids up in the catalog by himself: the provider does not. */
async function planNamed(offering: string, name: string): Promise<PlanOf> {
  const { body } = await landscape.gateway.osb(landscape.login).catalog();
  const service = body.services.find((each: JsonBody) => each.name === offering);
  return { service_id: service.id, plan_id: service.plans.find((each: JsonBody) => each.name === name).id };
}

const every = ['sync', 'async', 'slow', 'async-bind'];

describe.each([...every.map((plan) => ['simulator', plan] as const), ...every.map((plan) => ['remote', plan] as const)])('an instance of %s/%s', (offering, plan) => {
  test('is created, changed, bound twice, rotated by hand and deleted; its names are free again', async () => {
    const { platform } = landscape;
    const db = platform.applyInstance('db', planOf(offering, plan), '{"size":1}');
    expect(await platform.synced(db)).toBe('Synced succeeded');
    expect(await platform.synced(platform.changeInstance('db', { parameters: '{"size":3,"more":[null]}' }))).toBe('Synced succeeded');
    const [web, worker] = [platform.applyBinding('db-web', db, { parameters: '{"for":"ümläut"}' }), platform.applyBinding('db-worker', db, { appGuid: 'app-1' })];
    for (const binding of [web, worker]) expect(await platform.synced(binding)).toMatch(/^Synced/);
    const before = platform.credentials(web);
    expect(Object.keys(before)).not.toEqual([]);
    expect(await platform.delete(web)).toBe('deleted');
    const again = platform.applyBinding('db-web', db);
    expect(await platform.synced(again)).toMatch(/^Synced/);
    expect(platform.credentials(again)).not.toEqual(before);
    for (const binding of [again, worker]) expect(await platform.delete(binding)).toBe('deleted');
    await dispose(db);
  });

  test('is made once, each of its logins too, and deleted once, however often it is asked for', async () => {
    const { platform, simulator, remote } = landscape;
    const db = platform.applyInstance('db', planOf(offering, plan), '{"size":1}');
    expect(await platform.synced(db)).toBe('Synced succeeded');
    const binding = platform.applyBinding('db-web', db);
    expect(await platform.synced(binding)).toMatch(/^Synced/);
    expect(await platform.delete(binding)).toBe('deleted');
    await dispose(db);
    expect((offering === 'remote' ? remote : simulator).verbs(db.instanceId)).toEqual(['provision', 'bind', 'unbind', 'deprovision']);
  });
});

test('a dashboard is known from the answer to a create that is done at once', async () => {
  const { platform } = landscape;
  const db = platform.applyInstance('db', planOf('simulator', 'sync'), '{"size":1}');
  await platform.synced(db);
  expect(db.dashboardUrl).toMatch(/^https:/);
  await dispose(db);
});

test('an instance without parameters is updated each minute, and still there is one, as it was', async () => {
  const { platform, simulator, remote } = landscape;
  for (const [offering, { ledger }] of [['simulator', simulator], ['remote', remote]] as const) {
    const db = platform.applyInstance('db', planOf(offering, 'async'), '');
    expect(await platform.synced(db)).toBe('Synced succeeded');
    const updates = (): number => platform.lines.filter((line) => line.startsWith('PATCH') && line.includes(db.instanceId) && line.endsWith(' 202')).length;
    await platform.until(() => updates() >= 2 && !db.isInProgress);
    expect(ledger.inventory.instances()).toHaveLength(1);
    await dispose(db);
  }
});

test('a context that changes is told once, of an instance that is otherwise as it was', async () => {
  const { platform, simulator } = landscape;
  const db = platform.applyInstance('db', planOf('simulator', 'sync'), '{"size":1}');
  await platform.synced(db);
  platform.changeInstance('db', { context: { ...db.context, instanceAnnotations: { team: 'a' } } });
  await platform.until(() => db.toldContext === db.context);
  expect(await platform.synced(db)).toBe('Synced succeeded');
  await dispose(db);
  expect(simulator.verbs(db.instanceId).filter((verb) => verb === 'provision' || verb === 'deprovision')).toEqual(['provision', 'deprovision']);
});

test('an instance whose user wants another plan stays on its own, and is deleted though the new one is named', async () => {
  const { platform, simulator } = landscape;
  const db = platform.applyInstance('db', planOf('simulator', 'updateable'), '{"size":1}');
  await platform.synced(db);
  expect(await platform.synced(platform.changeInstance('db', { plan: planOf('simulator', 'sync') }))).toBe('Synced succeeded');
  await dispose(db);
  expect(platform.lines.findLast((line) => line.startsWith('DELETE'))).toContain('plan_id=simulator-sync&');
  expect(simulator.verbs(db.instanceId)).toEqual(['provision', 'deprovision']);
});

test('an instance that is gone at the broker is made anew', async () => {
  const { platform, simulator, gateway } = landscape;
  const db = platform.applyInstance('db', planOf('simulator', 'sync'), '{"size":1}');
  await platform.synced(db);
  const { service_id: serviceId, plan_id: planId } = db.plan;
  await gateway.osb(landscape.login).deprovision(db.instanceId, { serviceId, planId });
  await platform.until(() => simulator.exists(db.instanceId));
  expect(await platform.synced(db)).toBe('Synced succeeded');
  await dispose(db);
  expect(simulator.verbs(db.instanceId)).toEqual(['provision', 'deprovision', 'provision', 'deprovision']);
});

test('a database is used by two apps, and locked for the one that is unbound and for both after the deletion', async () => {
  const { platform } = landscape;
  const orders = platform.applyInstance('orders', await planNamed('postgresql', 'small'));
  expect(await platform.synced(orders)).toBe('Synced succeeded');
  const [web, reader] = [platform.applyBinding('web', orders, { parameters: '{"role":"readwrite"}' }), platform.applyBinding('reader', orders, { parameters: '{"role":"readonly"}' })];
  for (const binding of [web, reader]) expect(await platform.synced(binding)).toMatch(/^Synced/);
  const [url, readUrl] = [String(platform.credentials(web)['uri']), String(platform.credentials(reader)['uri'])];
  await query(url, 'create table kept (i int)');
  expect(await query(readUrl, 'select * from kept')).toEqual([]);
  for (const binding of [web, reader]) expect(await platform.delete(binding)).toBe('deleted');
  await dispose(orders);
  for (const each of [url, readUrl]) await expect(query(each, 'select 1')).rejects.toMatchObject({ code: '28P01' });
});

test('the demo is created, bound, unbound and deleted', async () => {
  const { platform } = landscape;
  const trial = platform.applyInstance('trial', await planNamed('demo', 'demo'));
  expect(await platform.synced(trial)).toBe('Synced succeeded');
  const binding = platform.applyBinding('trial-web', trial);
  expect(await platform.synced(binding)).toMatch(/^Synced/);
  expect(Object.keys(platform.credentials(binding))).not.toEqual([]);
  expect(await platform.delete(binding)).toBe('deleted');
  await dispose(trial);
});
