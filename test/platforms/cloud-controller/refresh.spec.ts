import { offeringOf, ScriptedBroker } from '../../gateway-rules/scripted-broker.js';
import { AdminClient } from '../../support/admin-client.js';
import { neverAnswer, reply, type Script } from '../../support/stub-broker.js';
import { complaintsAbout } from './catalog-validator.js';
import { startFoundation, type FoundationLandscape } from './landscape.js';

/** What an operator of Cloud Foundry sees when a catalog is read again, after something happened behind the gateway. */
let landscape: FoundationLandscape;
let admin: AdminClient;
const brokers: ScriptedBroker[] = [];

beforeAll(async () => {
  landscape = await startFoundation();
  admin = await AdminClient.of(landscape.gateway.admin());
});
afterAll(async () => {
  await landscape.stop();
  await Promise.all(brokers.map((broker) => broker.stop()));
});
afterEach(() => landscape.isClean());

type Parts = Record<string, unknown>;
const plan = (id: string, name: string, more: Parts = {}): Parts => ({ id, name, description: `The plan ${name}.`, ...more });

/** A backend with the plans `used` and `unused`, which are open to all, and an instance of the first. */
async function inUse(name: string): Promise<ScriptedBroker> {
  const broker = await ScriptedBroker.start(name, { plans: [plan(`${name}-used`, 'used'), plan(`${name}-unused`, 'unused')] });
  brokers.push(broker);
  await landscape.gateway.register(name, 'osb', broker.settings);
  await readsWithoutComplaint();
  landscape.platform.enableAccess();
  expect(await landscape.platform.createService(name, 'used', name)).toBe('create succeeded');
  return broker;
}

async function readsWithoutComplaint(): Promise<void> {
  expect(await landscape.platform.synchronize()).toEqual({ state: 'AVAILABLE', errors: [], warnings: [] });
}

const offeredBy = (name: string): string[] => landscape.platform.marketplace().filter((each) => each.startsWith(`${name}/`));
const both = (name: string): string[] => [`${name}/unused`, `${name}/used`];
const deleted = async (name: string): Promise<void> => expect(await landscape.platform.deleteService(name)).toBe('deleted');

/** What Cloud Foundry would say if the gateway passed on what this broker offers, beside the rest. */
async function complaintsUnlessKept(broker: ScriptedBroker): Promise<string[]> {
  const { body } = await landscape.gateway.osb(landscape.login).catalog();
  const others = body['services'].filter(({ id }: { id: string }) => id !== broker.plan.serviceId);
  return complaintsAbout(JSON.parse(JSON.stringify({ services: [...others, ...broker.services] })));
}

/** Every verb an instance on a deactivated plan has left. */
async function livesOn(name: string): Promise<void> {
  const { platform: cf } = landscape;
  expect(await cf.bind(name, 'app', 'web')).toBe('create succeeded');
  expect(await cf.unbind(cf.binding(name, 'web'))).toBe('deleted');
  await deleted(name);
}

test('the plans of a disabled backend vanish: the unused one with its access settings, the used one is deactivated, and its instance lives on', async () => {
  const { platform: cf } = landscape;
  await inUse('leaving');
  expect((await admin.post('/backends/leaving/disable')).body.vanished).toContainEqual(expect.objectContaining({ platformKind: 'cloudfoundry', warning: expect.any(String) }));
  const warning = "Service plans are missing from the broker's catalog but can not be removed while instances exist: used";
  expect(await cf.synchronize()).toEqual({ state: 'AVAILABLE', errors: [], warnings: [warning] });
  expect(offeredBy('leaving')).toEqual([]);
  expect([cf.database.plans.has('leaving-unused'), cf.database.plan('leaving-used').active]).toEqual([false, false]);
  await expect(cf.createService('leaving', 'used', 'other')).rejects.toThrow('not found');
  await expect(cf.updateService('leaving', { parameters: { size: 2 } })).rejects.toThrow('inaccessible plan');
  await livesOn('leaving');
});

test('a backend that is enabled again has its used plan back as it was, and the unused one without access for anybody', async () => {
  const { platform: cf } = landscape;
  await inUse('returning');
  await admin.post('/backends/returning/disable');
  await cf.synchronize();
  await admin.post('/backends/returning/enable');
  await readsWithoutComplaint();
  expect(offeredBy('returning')).toEqual(['returning/used']);
  expect(cf.database.plan('returning-unused')).toMatchObject({ active: true, isPublic: false });
  cf.enableAccess();
  expect(offeredBy('returning')).toEqual(both('returning'));
  expect(await cf.updateService('returning', { plan: 'unused' })).toBe('update succeeded');
  await livesOn('returning');
});

test('a backend that is closed loses nothing, and who wants a new instance reads why there is none', async () => {
  const { platform: cf } = landscape;
  await inUse('closing');
  await admin.post('/backends/closing/close', { message: 'Being moved, back on Friday' });
  await readsWithoutComplaint();
  expect(offeredBy('closing')).toEqual(both('closing'));
  expect(await cf.createService('closing', 'unused', 'new')).toBe('create failed');
  expect(cf.database.instance('new').lastOperation).toMatchObject({ error: 'RequestRejected', description: 'Being moved, back on Friday' });
  const { guid } = cf.database.instance('new');
  expect(cf.lines.filter((line) => line.startsWith('DELETE') && line.includes(guid))).toEqual([]);
  await deleted('new');
  await livesOn('closing');
});

test('a backend that is down loses nothing, and its instance can be deleted when it is back', async () => {
  const broker = await inUse('down');
  for (const method of ['GET', 'DELETE']) broker.when(method, method === 'GET' ? 'catalog' : 'instance', reply(503));
  await admin.post('/backends/down/refresh');
  expect((await admin.get('/backends/down')).body.catalog.failure).toEqual(expect.any(String));
  await readsWithoutComplaint();
  expect(offeredBy('down')).toEqual(both('down'));
  broker.forget();
  await livesOn('down');
});

test.each<[string, Script]>([
  ['no service at all', reply(200, { services: [] })],
  ['a service without plans', reply(200, { services: [{ id: 's', name: 'bare', description: 'Bare.', bindable: true, plans: [] }] })],
  ['something else', reply(200, { error: 'maintenance' })],
  ['a page', reply(200, '<html></html>', { 'content-type': 'text/html' })],
  ['half a body', reply(200, '{"services": [')],
  ['500', reply(500)],
  ['nothing in time', neverAnswer],
])('a backend that tells its catalog with %s is offered as before', async (what, script) => {
  const name = `odd-${what.length}`;
  const broker = await inUse(name);
  broker.when('GET', 'catalog', script);
  const refreshed = admin.post(`/backends/${name}/refresh`);
  await readsWithoutComplaint();
  expect(offeredBy(name)).toEqual(both(name));
  broker.forget();
  await livesOn(name);
  await refreshed;
});

const $schema = 'https://json-schema.org/draft/2020-12/schema';
const draft06 = 'http://json-schema.org/draft-06/schema#';
const external = { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object', properties: { a: { $ref: 'http://elsewhere.example/a' } } };
const create = (parameters: unknown): Parts => ({ schemas: { service_instance: { create: { parameters } } } });

/** Each would have Cloud Controller refuse the whole catalog. */
const BROKEN: readonly [string, Parts][] = [
  ['no id', { id: undefined }],
  ['an empty name', { name: '' }],
  ['no description', { description: undefined }],
  ['a long description', { description: 'd'.repeat(10_001) }],
  ['a name that is too long', { name: 'n'.repeat(256) }],
  ['the name of its neighbour', { name: 'unused' }],
  ['a text for a truth', { free: 'true' }],
  ['a list for metadata', { metadata: [] }],
  ['a fraction of a second', { maximum_polling_duration: 1.5 }],
  ['a version that is none', { maintenance_info: { version: 'one' } }],
  ['maintenance info with more in it', { maintenance_info: { version: '1.0.0', public: true } }],
  ['maintenance info that is too long', { maintenance_info: { version: '1.0.0', description: 'd'.repeat(2_000) } }],
];

test('whatever is wrong with a plan, Cloud Foundry takes the catalog, and its neighbours and all other backends are offered', async () => {
  const broker = await inUse('faulty');
  const before = landscape.platform.marketplace();
  for (const [what, broken] of BROKEN) {
    broker.services = [offeringOf('faulty', { plans: [plan('faulty-used', 'used'), plan('faulty-unused', 'unused'), plan('faulty-new', 'new', broken)] })];
    expect([what, await complaintsUnlessKept(broker)]).not.toEqual([what, []]);
    await admin.post('/backends/faulty/refresh');
    expect([what, await landscape.platform.synchronize()]).toEqual([what, { state: 'AVAILABLE', errors: [], warnings: [] }]);
    expect([what, landscape.platform.marketplace()]).toEqual([what, before]);
  }
  await livesOn('faulty');
});

/** Each would have Cloud Controller refuse the whole catalog, and none of them keeps its plan out of it. */
const REFUSED_SCHEMAS: readonly [string, Parts][] = [
  ['a schema of another draft', create({ $schema, type: 'object' })],
  ['a schema of no draft', create({ type: 'object' })],
  ['a schema that needs another document', create(external)],
  ['a schema that is too large', create({ ...external, properties: {}, description: 'd'.repeat(65_536) })],
  ['a numeric exclusiveMinimum', create({ $schema: draft06, type: 'object', properties: { a: { exclusiveMinimum: 1 } } })],
  ['a list of required properties with nothing in it', create({ $schema: draft06, type: 'object', required: [] })],
  ['an enum with a value twice', create({ $schema: draft06, type: 'object', properties: { a: { enum: [1, 1] } } })],
  ['a schema that is true', create(true)],
  ['a list for schemas', { schemas: [] }],
];

test('a schema never hides a plan: whatever is wrong with it, Cloud Foundry takes the catalog with the plan', async () => {
  const broker = await ScriptedBroker.start('modern');
  brokers.push(broker);
  await landscape.gateway.register('modern', 'osb', broker.settings);
  for (const [index, [what, refused]] of REFUSED_SCHEMAS.entries()) {
    const id = `modern-${index}`;
    broker.services = [offeringOf('modern', { plans: [plan(id, id, refused)] })];
    expect([what, await complaintsUnlessKept(broker)]).not.toEqual([what, []]);
    await admin.post('/backends/modern/refresh');
    expect([what, await landscape.platform.synchronize()]).toEqual([what, { state: 'AVAILABLE', errors: [], warnings: [] }]);
    landscape.platform.enableAccess();
    expect([what, offeredBy('modern')]).toEqual([what, [`modern/${id}`]]);
  }
});

const BROKEN_OFFERINGS: readonly [string, Parts][] = [
  ['no name', { name: undefined }],
  ['an empty description', { description: ' ' }],
  ['a text for bindable', { bindable: 'yes' }],
  ['no tags but null', { tags: null }],
  ['long tags', { tags: ['t'.repeat(2_049)] }],
  ['a permission nobody knows', { requires: ['root'] }],
  ['a text for shareable', { metadata: { shareable: 'yes' } }],
  ['half a dashboard client', { dashboard_client: { id: 'half' } }],
  ['no plans', { plans: [] }],
  ['the name of another backend', { name: 'simulator' }],
];

test('whatever is wrong with an offering, Cloud Foundry takes the catalog, and everything of all other backends is offered', async () => {
  const broker = await ScriptedBroker.start('wrong');
  brokers.push(broker);
  const before = landscape.platform.marketplace();
  await landscape.gateway.register('wrong', 'osb', broker.settings);
  for (const [what, broken] of BROKEN_OFFERINGS) {
    broker.services = [offeringOf('wrong', broken)];
    expect([what, await complaintsUnlessKept(broker)]).not.toEqual([what, []]);
    await admin.post('/backends/wrong/refresh');
    const { state, errors } = await landscape.platform.synchronize();
    expect([what, state, errors]).toEqual([what, 'AVAILABLE', []]);
    expect([what, landscape.platform.marketplace()]).toEqual([what, expect.arrayContaining(before)]);
  }
});

test('plans that break stay as they were, with their access settings, and the operator of the gateway is told', async () => {
  const { platform: cf } = landscape;
  const broker = await inUse('breaking');
  const broken = { description: '' };
  broker.services = [offeringOf('breaking', { plans: [plan('breaking-used', 'used', broken), plan('breaking-unused', 'unused', broken), plan('breaking-good', 'good')] })];
  expect(await complaintsUnlessKept(broker)).not.toEqual([]);
  await admin.post('/backends/breaking/refresh');
  await readsWithoutComplaint();
  expect(offeredBy('breaking')).toEqual(both('breaking'));
  expect(cf.database.plan('breaking-good')).toMatchObject({ active: true, isPublic: false });
  expect((await admin.get('/backends/breaking')).body.catalog.failure).toContain('description');
  expect(await cf.updateService('breaking', { parameters: { size: 2 } })).toBe('update succeeded');
  await livesOn('breaking');
});

test('plans that a backend takes out are gone: the used one is deactivated, and its instance can be deleted', async () => {
  const { platform: cf } = landscape;
  const broker = await inUse('shrinking');
  broker.services = [offeringOf('shrinking', { plans: [plan('shrinking-good', 'good')] })];
  await admin.post('/backends/shrinking/refresh');
  expect(await cf.synchronize()).toMatchObject({ state: 'AVAILABLE', warnings: [expect.stringContaining(': used')] });
  expect([cf.database.plans.has('shrinking-unused'), cf.database.plan('shrinking-used').active]).toEqual([false, false]);
  await livesOn('shrinking');
});

test('a plan with another name and a new version is the same plan, and its instance is upgraded to that version', async () => {
  const { platform: cf } = landscape;
  const broker = await inUse('growing');
  const info = { maintenance_info: { version: '2.0.0' } };
  broker.services = [offeringOf('growing', { plans: [plan('growing-used', 'renamed', info), plan('growing-unused', 'unused')] })];
  await admin.post('/backends/growing/refresh');
  await readsWithoutComplaint();
  expect(offeredBy('growing')).toEqual(['growing/renamed', 'growing/unused']);
  expect(await cf.upgradeService('growing')).toBe('update succeeded');
  expect(JSON.parse(broker.asked('PATCH', 'instance').at(-1)?.body ?? '{}')).toMatchObject(info);
  await livesOn('growing');
});
