import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { neverAnswer, reply, type Script } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import { offeringOf, type ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let osb: OsbClient;
let broker: ScriptedBroker;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('known');
  ({ osb } = stage);
});
beforeEach(() => broker.forget());
afterAll(() => stage.stop());

const catalog = async (): Promise<string> => (await osb.catalog()).text;
const refresh = (name: string) => stage.admin.post(`/backends/${name}/refresh`);
const services = async (): Promise<string[]> => (await osb.catalog()).body.services.map(({ name }: { name: string }) => name);
type Published = Record<string, unknown> & { readonly plans: readonly Record<string, unknown>[] };
const published = async (name: string): Promise<Published | undefined> =>
  (await osb.catalog()).body.services.find((service: { name: string }) => service.name === name);
const leftOut = async (name: string): Promise<string> => JSON.stringify((await stage.admin.get(`/backends/${name}`)).body.catalog.leftOut);

test.each<[string, Script]>([
  ['no service', reply(200, { services: [] })],
  ['a page', reply(200, '<html></html>', { 'content-type': 'text/html' })],
  ['half a body', reply(200, '{"services": [')],
  ['a list', reply(200, '[]')],
  ['500', reply(500, {})],
  ['401', reply(401, {})],
  ['a redirect', reply(302, {}, { location: '/elsewhere' })],
])('G18, G21, P32: a backend that answers its catalog with %s keeps what it offered before, to the byte', async (_answer, script) => {
  const before = await catalog();
  broker.when('GET', 'catalog', script);
  await refresh('known');
  expect(await catalog()).toBe(before);
});

test('G22, P34: the catalog is there while every backend hangs', async () => {
  const before = await catalog();
  broker.when('GET', 'catalog', neverAnswer);
  refresh('known').catch(() => undefined);
  await eventually(async () => broker.asked('GET', 'catalog').length, (count) => count >= 1);
  expect(await catalog()).toBe(before);
});

test('G19: a backend that was never there hides nothing of the others, and is told of', async () => {
  const dead = await stage.broker('dead');
  const { settings } = dead;
  await dead.stop();
  await stage.gateway.register('dead', 'osb', settings);
  expect(await services()).toContain('known');
  expect((await stage.admin.get('/backends/dead')).body.catalog.failure).toEqual(expect.any(String));
});

test('G24: a backend that says its catalog is as before is believed', async () => {
  const tagged = await stage.broker('tagged');
  tagged.when('GET', 'catalog', reply(200, { services: tagged.services }, { etag: '"v1"' }), reply(304, ''));
  await stage.gateway.register('tagged', 'osb', tagged.settings);
  const before = await catalog();
  await refresh('tagged');
  expect(await catalog()).toBe(before);
});

test('G25: a plan that vanished is refused without asking its backend', async () => {
  const shrinking = await stage.backend('shrinking');
  shrinking.services = [offeringOf('shrinking', {}, { id: 'another-plan', name: 'another' })];
  await refresh('shrinking');
  const { status, body } = await osb.provision('g25', shrinking.plan);
  expect([status, body.description, shrinking.changes]).toEqual([400, expect.any(String), []]);
});

test('G26: a version the backend has raised is told by the backend, and published afterwards', async () => {
  const maintained = await stage.backend('maintained', {}, { plan: { maintenance_info: { version: '1.0.0' } } });
  maintained.services = [offeringOf('maintained', {}, { maintenance_info: { version: '2.0.0' } })];
  maintained.when('PUT', 'instance', reply(422, { error: 'MaintenanceInfoConflict', description: 'It is 2.0.0.' }));
  const { status, body } = await osb.provision('g26', maintained.plan, { maintenance_info: { version: '1.0.0' } });
  expect([status, body.error]).toEqual([422, 'MaintenanceInfoConflict']);
  await refresh('maintained');
  expect((await published('maintained'))?.plans[0]).toMatchObject({ maintenance_info: { version: '2.0.0' } });
});

test.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
  ['G2', 'plan id', {}, { id: 'known-plan' }],
  ['G3', 'service name', { name: 'known' }, {}],
  ['G5', 'dashboard client', { dashboard_client: { id: 'shared-client', secret: 's', redirect_uri: 'https://d.example' } }, {}],
])('%s: a %s that another backend has is left out, and said so', async (rule, what, offering, plan) => {
  const name = `twin-${rule.toLowerCase()}`;
  if (rule === 'G5') await stage.backend('first-client', offering);
  const before = await services();
  await stage.backend(name, offering, { plan });
  const now = await osb.catalog();
  const ids = now.body.services.flatMap(({ plans }: Published) => plans.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(await services()).size).toBe((await services()).length);
  expect((await services()).slice(0, before.length)).toEqual(before);
  expect(await leftOut(name)).toContain(what);
});

test('G4: names that differ by case are two', async () => {
  await stage.backend('cased', { name: 'Known' });
  expect(await services()).toEqual(expect.arrayContaining(['known', 'Known']));
});

test('G11, P31: one broken plan is left out; its neighbours and all other backends stay', async () => {
  const broken = { id: 'broken-plan', name: 'broken', description: '' };
  const { plans } = offeringOf('mixed') as { plans: Record<string, unknown>[] };
  await stage.backend('mixed', { plans: [...plans, broken] });
  expect((await published('mixed'))?.plans.map(({ name }) => name)).toEqual(['standard']);
  expect(await leftOut('mixed')).toContain('broken');
  expect(await services()).toContain('known');
});

test('G11, G21: a plan or service that becomes broken stays as it was, said so, while its neighbours change; what the backend takes out goes', async () => {
  const plan = (id: string, more: Record<string, unknown> = {}) => ({ id, name: id, description: 'As it was.', ...more });
  const decaying = await stage.backend('decaying', { plans: [plan('decaying-1'), plan('decaying-2'), plan('decaying-3')] });
  const shown = async () => (await published('decaying'))?.plans.map(({ name, description }) => `${String(name)}: ${String(description)}`);
  decaying.services = [offeringOf('decaying', { plans: [plan('decaying-1', { description: 7 }), plan('decaying-2', { description: 'New.' })] })];
  await refresh('decaying');
  expect(await shown()).toEqual(['decaying-1: As it was.', 'decaying-2: New.']);
  expect((await stage.admin.get('/backends/decaying')).body.catalog.failure).toContain('services[0].plans[0].description');
  const before = await catalog();
  decaying.services = [offeringOf('decaying', { description: '', plans: [] })];
  await refresh('decaying');
  expect(await catalog()).toBe(before);
  decaying.services = [offeringOf('decaying', { plans: [plan('decaying-1', { description: 'Mended.' })] })];
  await refresh('decaying');
  expect(await shown()).toEqual(['decaying-1: Mended.']);
  expect((await stage.admin.get('/backends/decaying')).body.catalog).not.toHaveProperty('failure');
});

test('G10: a plan id that moves to another service is left out, and said so', async () => {
  const moving = await stage.backend('moving');
  moving.services = [offeringOf('moved', {}, { id: 'moving-plan' })];
  await refresh('moving');
  expect(await services()).not.toContain('moved');
  expect(await leftOut('moving')).toContain('a plan cannot move to another service');
});

test('G12, G13, G16: no null is published; what is unknown is; what is left out is said', async () => {
  const nothing = { dashboard_client: null, metadata: null, 'x-acme': { deep: [1.0] } };
  await stage.backend('sparse', nothing, { plan: { schemas: null, maximum_polling_duration: null, 'x-plan': true } });
  const sparse = await published('sparse');
  expect(JSON.stringify(sparse)).not.toContain('null');
  expect(sparse).toMatchObject({ 'x-acme': { deep: [1] } });
  expect(sparse?.plans[0]).toMatchObject({ 'x-plan': true, free: true, bindable: true, plan_updateable: true });
});

test('G23: the catalog has a strong tag; no other answer has one', async () => {
  const { headers } = await osb.catalog();
  expect(headers['etag']).toMatch(/^"/);
  expect((await osb.catalog({ headers: { 'if-none-match': String(headers['etag']) } })).status).toBe(304);
  await osb.provision('g23', broker.plan);
  const poll = await osb.http.request('GET', '/v2/service_instances/g23/last_operation', { headers: { 'if-none-match': '*' } });
  expect([poll.status, poll.headers['etag']]).toEqual([200, undefined]);
});

test('G17: where no backend offers anything the catalog is empty', async () => {
  const empty = await RuleStage.start();
  for (const name of ['demo', 'postgresql']) await empty.admin.post(`/backends/${name}/disable`);
  expect(await empty.osb.catalog()).toMatchObject({ status: 200, body: { services: [] } });
  await empty.stop();
});
