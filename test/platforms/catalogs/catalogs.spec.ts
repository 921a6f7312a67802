import { PLATFORM_KINDS } from '#core';
import type { PlatformKind } from '#sdk';
import { RuleStage } from '../../gateway-rules/rule-stage.js';
import type { JsonBody } from '../../support/http-client.js';
import { complaintsAbout } from '../cloud-controller/catalog-validator.js';
import { CloudController } from '../cloud-controller/cloud-controller.js';
import { Korifi } from '../korifi/korifi.js';
import { ProviderOsb } from '../provider-osb/provider-osb.js';
import { ServiceCatalog } from '../service-catalog/service-catalog.js';
import { addons, charts, fabric, hosted, onDemand, playbooks } from './brokers.js';
import { appliances, modules, packages, templates } from './cloud-providers.js';
import { WARNINGS } from './expected-warnings.js';

/** Shaped like those of well-known brokers, by what their documentation says; ids are theirs or made of names. */
const CATALOGS = { templates, modules, packages, appliances, charts, playbooks, addons, onDemand, fabric, hosted };

const all = Object.values(CATALOGS).map((catalog) => catalog());
const offered = all.flatMap(({ services }) => services.flatMap(({ name, plans }) => plans.map((plan) => `${name}/${plan.name}`)));

const PLACES = [['service_instance', 'create'], ['service_instance', 'update'], ['service_binding', 'create']] as const;

let stage: RuleStage;

beforeAll(async () => {
  stage = await RuleStage.start();
  for (const [name, catalog] of Object.entries(CATALOGS)) {
    const broker = await stage.broker(name.toLowerCase());
    broker.services = [...catalog().services];
    await stage.gateway.register(name.toLowerCase(), 'osb', broker.settings);
  }
  await Promise.all(PLATFORM_KINDS.map((kind) => stage.gateway.platform(`its-${kind}`, kind)));
});
afterAll(() => stage.stop());

const loginOf = (kind: PlatformKind): { username: string; password: string } => ({ username: `its-${kind}-user`, password: `its-${kind}-password` });
const reached = (kind: PlatformKind) => ({ url: stage.gateway.url, ...loginOf(kind) });
const shownTo = async (kind: PlatformKind): Promise<JsonBody[]> => {
  const { body } = await stage.gateway.osb(loginOf(kind)).catalog();
  return body.services.filter(({ name }: JsonBody) => all.some(({ services }) => services.some((service) => service.name === name)));
};
const ours = (names: readonly string[]): string[] => names.filter((name) => offered.includes(name)).toSorted();

test('there are ten, one of them with 60 plans', () => {
  expect(all).toHaveLength(10);
  expect(templates().services.flatMap(({ plans }) => plans)).toHaveLength(60);
  expect(new Set(offered).size).toBe(offered.length);
});

test.each(PLATFORM_KINDS)('on a platform of kind %s all offerings and plans of ten well-known catalogs are published', async (kind) => {
  expect(identities(await shownTo(kind))).toEqual(identities(all.flatMap(({ services }) => services)));
});

test.each(['korifi', 'kubernetes', 'crossplane'] as const)('on a platform of kind %s every schema is published as it was sent', async (kind) => {
  expect(schemasOfPlans(await shownTo(kind))).toEqual(sentSchemas());
});

test.each(['cloudfoundry', 'other'] as const)('on a platform of kind %s the schemas that Cloud Controller refuses are left out, and no other one', async (kind) => {
  const accepted = [...sentSchemas()].filter(([, schema]) => complaintsAbout(catalogWith(schema)).length === 0);
  expect(accepted.length).toBeGreaterThan(0);
  expect(schemasOfPlans(await shownTo(kind))).toEqual(new Map(accepted));
});

test.each(Object.keys(CATALOGS))('of the catalog %s nothing is left out, and its warnings are told', async (name) => {
  const { leftOutCount, warningCount, warnings } = (await stage.admin.get(`/backends/${name.toLowerCase()}`)).body.catalog;
  const reasons = warnings.map(({ reason }: { reason: string }) => reason.replace(/^services\[\d+\]\.plans\[\d+\]\./, ''));
  const [count, expected] = WARNINGS[name] ?? [0, []];
  expect({ leftOutCount, warningCount, reasons: [...new Set(reasons)].toSorted() }).toEqual({ leftOutCount: 0, warningCount: count, reasons: expected.toSorted() });
});

test('what Cloud Controller is shown of them is accepted, and would not be as the brokers send it', async () => {
  const cloudController = new CloudController(reached('cloudfoundry'));
  expect(await cloudController.synchronize()).toEqual({ state: 'AVAILABLE', errors: [], warnings: [] });
  cloudController.enableAccess();
  expect(ours(cloudController.marketplace())).toEqual(offered.toSorted());
  await cloudController.close();
  expect(complaintsAbout(JSON.parse(JSON.stringify({ services: all.flatMap(({ services }) => services) })))).not.toEqual([]);
});

test('what a platform of kind other is shown of them is accepted by Cloud Controller too', async () => {
  expect(complaintsAbout((await stage.gateway.osb(loginOf('other')).catalog()).body)).toEqual([]);
});

test('what Korifi is shown of them is accepted', async () => {
  const korifi = new Korifi(reached('korifi'));
  expect(await korifi.synchronize()).toBe('Ready');
  korifi.enableAccess();
  expect(ours(korifi.marketplace())).toEqual(offered.toSorted());
  await korifi.close();
});

test.each(['kubernetes', 'crossplane'] as const)('what a platform of kind %s is shown of them is accepted by service-catalog', async (kind) => {
  const cluster = new ServiceCatalog(reached(kind));
  expect(await cluster.relist()).toBe('FetchedCatalog');
  expect(ours(cluster.marketplace())).toEqual(offered.toSorted());
  await cluster.close();
});

test.each<[string, string, object]>([
  ['rdsmysql', 'dev', { Encrypted: 'true' }],
  ['azure-mysql', 'basic50', { location: 'eastus', resourceGroup: 'g' }],
  ['csb-google-redis', 'small', { storage_gb: null }],
  ['sacloud-mariadb', 'db-10g', { switchID: 1, ipaddress: '192.0.2.1', maskLen: 24 }],
  ['dh-mediawiki-apb', 'dev', { admin: 'a' }],
  ['addon-redis', 'micro', { config: { size: null } }],
  ['p.redis', 'cache-small', {}],
  ['fabric-docker', 'v1.0-large', {}],
  ['cloudkarafka', 'duck', {}],
])('an instance of %s %s is made and deleted by provider-osb, whose user looks the ids up', async (service, plan, parameters) => {
  const provider = new ProviderOsb({ ...reached('crossplane'), noParameters: '{}' });
  const { serviceId, planId } = await stage.gateway.plan(service, plan);
  const instance = provider.applyInstance('orders', { service_id: serviceId, plan_id: planId }, JSON.stringify(parameters));
  expect(await provider.synced(instance)).toMatch(/^Synced/);
  expect(await provider.delete(instance)).toBe('deleted');
  await provider.close();
});

test('a schema that Cloud Controller refuses is told of, and enforced all the same', async () => {
  const { warnings } = (await stage.admin.get('/backends/templates')).body.catalog;
  expect(warnings).toContainEqual(expect.objectContaining({ planName: 'production', reason: expect.stringContaining('is not shown to Cloud Foundry') }));
  const plan = await stage.gateway.plan('rdsmysql', 'dev');
  const osb = stage.gateway.osb(loginOf('cloudfoundry'));
  expect((await osb.provision('a', plan, { parameters: { Encrypted: 'maybe' } })).status).toBe(400);
  expect((await osb.provision('a', plan, { parameters: { Encrypted: 'true' } })).status).toBe(201);
});

/** A line for each plan: ids and names. */
function identities(services: readonly JsonBody[]): string[] {
  return services.flatMap(({ id, name, plans }) => plans.map((plan: JsonBody) => `${id} ${name}: ${plan.id} ${plan.name}`)).toSorted();
}

/** Every schema for parameters by its plan and place. */
function schemasOfPlans(services: readonly JsonBody[]): Map<string, JsonBody> {
  const plans = services.flatMap((service): JsonBody[] => service.plans);
  const entries = plans.flatMap(({ id, schemas }) =>
    PLACES.flatMap(([holder, action]) => {
      const schema: JsonBody = schemas?.[holder]?.[action]?.parameters;
      return schema === undefined ? [] : [[`${id} ${holder}.${action}`, schema] as const];
    }),
  );
  return new Map(entries);
}

/** As they go over the wire. */
function sentSchemas(): Map<string, JsonBody> {
  return schemasOfPlans(JSON.parse(JSON.stringify(all.flatMap(({ services }) => services))));
}

/** A catalog that Cloud Controller can refuse for nothing but this schema. */
function catalogWith(parameters: JsonBody): JsonBody {
  const plan = { id: 'p', name: 'p', description: 'p', schemas: { service_instance: { create: { parameters } } } };
  return { services: [{ id: 's', name: 's', description: 's', bindable: true, plans: [plan] }] };
}
