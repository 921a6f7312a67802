import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';

let gateway: TestGateway;
let admin: AdminClient;
let osb: OsbClient;

beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
  osb = gateway.osb();
});
afterAll(() => gateway.stop());

async function offered(name: string): Promise<boolean> {
  return (await osb.catalog()).body.services.some((service: { name: string }) => service.name === name);
}

/** Registers a simulator under its service's name, with one instance, and gives the plan of that. */
async function inUse(name: string): Promise<PlanIds> {
  const { status } = await admin.post('/backends', { name, type: 'simulator', settings: { serviceName: name } });
  expect(status).toBe(201);
  const plan = await gateway.plan(name, 'updateable');
  expect((await osb.provision(`${name}-old`, plan)).status).toBe(201);
  return plan;
}

/** Every verb of an instance that exists, to its end. */
async function livesOn(id: string, { serviceId, planId }: PlanIds): Promise<void> {
  const plan = { serviceId, planId };
  const statuses = [
    await osb.bind(id, 'binding', plan),
    await osb.fetch(id),
    await osb.fetchBinding(id, 'binding'),
    await osb.update(id, serviceId, { parameters: { size: 2 } }),
    await osb.lastOperation(id),
    await osb.unbind(id, 'binding', plan),
    await osb.deprovision(id, plan),
  ].map(({ status }) => status);
  expect(statuses).toEqual([201, 200, 200, 200, 200, 200, 200]);
}

test('a backend that is registered while the gateway runs is in the catalog at once, and works', async () => {
  expect(await offered('fresh')).toBe(false);
  const plan = await inUse('fresh');
  expect(await offered('fresh')).toBe(true);
  await livesOn('fresh-old', plan);
});

test('a closed backend stays in the catalog, refuses new instances in its own words, and serves the old ones', async () => {
  const plan = await inUse('closing');
  const message = 'closing takes nothing new until Monday; use "fresh"';
  const etag = (await osb.catalog()).headers['etag'];
  const closed = await admin.post('/backends/closing/close', { message });
  expect([closed.status, closed.body.vanished]).toEqual([200, []]);

  expect((await osb.catalog()).headers['etag']).toBe(etag);
  const { status, body } = await osb.provision('closing-new', plan);
  expect([status, body]).toEqual([400, { error: 'BadRequest', description: message }]);
  expect((await osb.fetch('closing-new')).status).toBe(404);
  await livesOn('closing-old', plan);
});

test('a disabled backend leaves the catalog, with a word on what that does, and serves the old instances', async () => {
  const plan = await inUse('leaving');
  const { body } = await admin.post('/backends/leaving/disable');
  const kinds = body.vanished.map(({ platformKind }: { platformKind: string }) => platformKind);
  expect(kinds.toSorted()).toEqual(['cloudfoundry', 'crossplane', 'korifi', 'kubernetes', 'other']);
  const plans = expect.arrayContaining([{ id: plan.planId, name: 'updateable' }]);
  expect(body.vanished[0]).toMatchObject({ serviceName: 'leaving', plans });

  expect(await offered('leaving')).toBe(false);
  expect((await osb.provision('leaving-new', plan)).status).toBe(400);
  await livesOn('leaving-old', plan);
});

test('a backend that is enabled again offers what it did before, and takes new instances', async () => {
  const plan = await inUse('returning');
  const etag = (await osb.catalog()).headers['etag'];
  await admin.post('/backends/returning/disable');
  expect((await osb.catalog()).headers['etag']).not.toBe(etag);
  await admin.post('/backends/returning/enable');

  expect((await osb.catalog()).headers['etag']).toBe(etag);
  expect((await osb.provision('returning-new', plan)).status).toBe(201);
});

test('what closed and disabled backends are survives a restart of the gateway', async () => {
  const [closed, disabled] = [await inUse('shut'), await inUse('away')];
  await admin.post('/backends/shut/close', { message: 'shut for good' });
  await admin.post('/backends/away/disable');

  const replica = await TestGateway.start({ database: gateway.database });
  const after = replica.osb();
  expect((await after.catalog()).text).toBe((await osb.catalog()).text);
  expect((await after.provision('shut-new', closed)).body.description).toBe('shut for good');
  expect((await after.provision('away-new', disabled)).status).toBe(400);
  await replica.stop();
});

test('a backend with instances cannot be removed; without them it goes, and its names are free', async () => {
  const plan = await inUse('removed');
  const refused = await admin.ask('DELETE', '/backends/removed');
  expect([refused.status, refused.body.description]).toEqual([409, expect.stringContaining('still has 1 instance')]);
  expect((await osb.deprovision('removed-old', plan)).status).toBe(200);

  expect((await admin.ask('DELETE', '/backends/removed')).status).toBe(200);

  expect(await offered('removed')).toBe(false);
  expect((await osb.deprovision('removed-old', plan)).status).toBe(410);
  await gateway.register('successor', 'simulator', { serviceName: 'removed' });
  expect(await offered('removed')).toBe(true);
});
