import { PLATFORM_KINDS } from '#core';
import type { PlatformKind } from '#sdk';
import { RuleStage } from '../../gateway-rules/rule-stage.js';
import type { JsonBody } from '../../support/http-client.js';
import { complaintsAbout } from '../cloud-controller/catalog-validator.js';
import { CloudController } from '../cloud-controller/cloud-controller.js';
import { Korifi } from '../korifi/korifi.js';
import { ServiceCatalog } from '../service-catalog/service-catalog.js';
import { addons, charts, fabric, hosted, onDemand, playbooks } from './brokers.js';
import { appliances, modules, packages, templates } from './cloud-providers.js';

/** Shaped like those of well-known brokers, by what their documentation says; ids are theirs or made of names. */
const CATALOGS = { templates, modules, packages, appliances, charts, playbooks, addons, onDemand, fabric, hosted };

const all = Object.values(CATALOGS).map((catalog) => catalog());
const offered = all.flatMap(({ services }) => services.flatMap(({ name, plans }) => plans.map((plan) => `${name}/${plan.name}`)));

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
const ours = (names: readonly string[]): string[] => names.filter((name) => offered.includes(name)).toSorted();

test('there are ten, one of them with 60 plans', () => {
  expect(all).toHaveLength(10);
  expect(templates().services.flatMap(({ plans }) => plans)).toHaveLength(60);
  expect(new Set(offered).size).toBe(offered.length);
});

test.each(PLATFORM_KINDS)('on a platform of kind %s all offerings and plans of ten well-known catalogs are published', async (kind) => {
  const { body } = await stage.gateway.osb(loginOf(kind)).catalog();
  const published = body.services.flatMap(({ name, plans }: JsonBody) => plans.map((plan: JsonBody) => `${name}/${plan.name}`));
  expect(ours(published)).toEqual(offered.toSorted());
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
  expect(complaintsAbout((await stage.osb.catalog()).body)).toEqual([]);
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

test('a schema that Cloud Controller refuses is told of, and enforced all the same', async () => {
  const { warnings } = (await stage.admin.get('/backends/templates')).body.catalog;
  expect(warnings).toContainEqual(expect.objectContaining({ planName: 'production', reason: expect.stringContaining('is not shown to Cloud Foundry') }));
  const plan = await stage.gateway.plan('rdsmysql', 'dev');
  const osb = stage.gateway.osb(loginOf('cloudfoundry'));
  expect((await osb.provision('a', plan, { parameters: { Encrypted: 'maybe' } })).status).toBe(400);
  expect((await osb.provision('a', plan, { parameters: { Encrypted: 'true' } })).status).toBe(201);
});
