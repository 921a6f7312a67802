import { hangUp, reply, type Script } from '../../support/stub-broker.js';
import { complaintsAbout } from './catalog-validator.js';
import { catalogOf, Stubbed, type StubCatalog } from './stubbed.js';

const draft04 = 'http://json-schema.org/draft-04/schema#';
const schemaOf = (parameters: unknown): StubCatalog => ({ plan: { schemas: { service_instance: { create: { parameters } } } } });
const draft06 = 'http://json-schema.org/draft-06/schema#';
const draft07 = 'http://json-schema.org/draft-07/schema#';
const schemaOfLength = (length: number): object => {
  const schema = { $schema: draft04, description: '' };
  return { ...schema, description: 'x'.repeat(length - JSON.stringify(schema).length) };
};
const client = { id: 'c', secret: 's', redirect_uri: 'https://d' };
const long = (length: number): string => 'x'.repeat(length);

test.each<[string, StubCatalog]>([
  ['with members nobody knows', { service: { binding_rotatable: true }, plan: { more: 1 } }],
  ['with all it may have', { service: { tags: ['a'], requires: ['syslog_drain'], metadata: { shareable: true }, dashboard_client: client } }],
  ['with a version and its description', { plan: { maintenance_info: { version: '1.2.3+b', description: 'New.' } } }],
  ['with a schema that refers to itself', schemaOf({ $schema: draft04, properties: { a: { $ref: '#/definitions/a' } }, definitions: { a: {} } })],
  ['with a schema of draft 03', schemaOf({ $schema: 'http://json-schema.org/draft-03/schema#' })],
  ['with a schema of draft 06', schemaOf({ $schema: draft06, properties: { a: { const: 1, examples: [1] } } })],
  ['with a schema of draft 06 inside one of draft 04', schemaOf({ $schema: draft04, properties: { a: { $schema: draft06 } } })],
  ['with a schema of 65,536 characters', schemaOf(schemaOfLength(65_536))],
  ['with a schema that describes no object', schemaOf({ $schema: draft04, type: 'string' })],
  ['with a property that is called $ref', schemaOf({ $schema: draft04, properties: { $ref: { enum: [{ $ref: 'https://x/y' }] } } })],
  ['with a plan for money that polls for an hour', { plan: { free: false, maximum_polling_duration: 3_600 } }],
])('a catalog %s is taken', (_what, catalog) => {
  expect(complaintsAbout(catalogOf(catalog))).toEqual([]);
});

test.each<[string, StubCatalog]>([
  ['a service without an id', { service: { id: undefined } }],
  ['a blank name', { service: { name: ' ' } }],
  ['a long description', { service: { description: long(10_001) } }],
  ['a service that may or may not be bindable', { service: { bindable: undefined } }],
  ['bindable in words', { service: { bindable: 'true' } }],
  ['no plan', { service: { plans: [] } }],
  ['tags null', { service: { tags: null } }],
  ['tags that are too long together', { service: { tags: [long(1_024), long(1_025)] } }],
  ['requires null', { service: { requires: null } }],
  ['a permission nobody knows', { service: { requires: ['root'] } }],
  ['metadata that are a list', { service: { metadata: [] } }],
  ['shareable in words', { service: { metadata: { shareable: 'yes' } } }],
  ['a dashboard client without a secret', { service: { dashboard_client: { ...client, secret: undefined } } }],
  ['a plan without a description', { plan: { description: '' } }],
  ['free in words', { plan: { free: 'true' } }],
  ['plan_updateable in words', { plan: { plan_updateable: 'true' } }],
  ['half a second to poll', { plan: { maximum_polling_duration: 0.5 } }],
  ['a version that is none', { plan: { maintenance_info: { version: '1' } } }],
  ['a version nobody told', { plan: { maintenance_info: { description: 'New.' } } }],
  ['a version with more than a description', { plan: { maintenance_info: { version: '1.0.0', date: 'now' } } }],
  ['a version that is described at length', { plan: { maintenance_info: { version: '1.0.0', description: long(2_000) } } }],
  ['two plans of one name', { plan: { name: 'large' } }],
  ['two plans of one id', { plan: { id: 'plan-2' } }],
  ['a schema without a draft', schemaOf({ type: 'object' })],
  ['a schema of draft 07', schemaOf({ $schema: draft07 })],
  ['a schema of draft 2020-12', schemaOf({ $schema: 'https://json-schema.org/draft/2020-12/schema' })],
  ['a schema that refers to another document', schemaOf({ $schema: draft04, properties: { a: { $ref: 'https://x/y' } } })],
  ['a schema that is none', schemaOf({ $schema: draft04, type: 'no type' })],
  ['a schema that is a truth', schemaOf(true)],
  ['a schema of 65,537 characters', schemaOf(schemaOfLength(65_537))],
  ['a schema with an https id of its draft', schemaOf({ $schema: 'https://json-schema.org/draft-04/schema#' })],
  ['a schema of draft 07 inside one of draft 04', schemaOf({ $schema: draft04, properties: { a: { $schema: draft07 } } })],
  ['a numeric exclusiveMinimum', schemaOf({ $schema: draft06, properties: { a: { exclusiveMinimum: 1 } } })],
  ['an empty required', schemaOf({ $schema: draft06, required: [] })],
  ['a boolean subschema', schemaOf({ $schema: draft06, properties: { a: true } })],
  ['an enum with a value twice', schemaOf({ $schema: draft06, properties: { a: { enum: [1, 1] } } })],
])('a catalog with %s is refused', (_what, catalog) => {
  expect(complaintsAbout(catalogOf(catalog))).not.toEqual([]);
});

test.each<[string, unknown]>([
  ['nothing in it', {}],
  ['no service', { services: [] }],
  ['a service that is a text', { services: ['db'] }],
])('a catalog with %s is refused', (_what, catalog) => {
  expect(complaintsAbout(catalog)).not.toEqual([]);
});

test.each(['id', 'name'])('two services with the same %s are refused, and the plan ids of both count', (member) => {
  const { services } = catalogOf();
  const second = { ...services[0], id: 'service-2', name: 'queue', [member]: services[0][member], plans: [{ id: 'plan-3', name: 'q', description: 'Q.' }] };
  expect(complaintsAbout({ services: [...services, second] })).not.toEqual([]);
  const other = { ...services[0], id: 'service-2', name: 'queue' };
  expect(complaintsAbout({ services: [...services, other] })).toEqual(['plan ids must be unique']);
});

describe('a broker', () => {
  let stubbed: Stubbed;
  beforeEach(async () => {
    stubbed = await Stubbed.start();
  });
  afterEach(() => stubbed.stop());

  test('whose catalog has one bad plan keeps the last one, and new instances may be made', async () => {
    await expect(stubbed.cf.synchronize()).resolves.toMatchObject({ state: 'AVAILABLE', errors: [expect.any(String)] });
    expect(stubbed.cf.marketplace()).toEqual(['db/large', 'db/small']);
    expect(await stubbed.cf.createService('db', 'small', 'x')).toBe('create succeeded');
  });

  test.each<[string, Script]>([
    ['500', reply(500)],
    ['no JSON', reply(200, '<html>')],
    ['a connection that breaks', hangUp()],
  ])('that answers %s when it is registered is not available', async (_what, script) => {
    const fresh = await Stubbed.start();
    fresh.next('GET', script);
    fresh.cf.database.brokerState = 'UNKNOWN';
    await expect(fresh.cf.synchronize()).resolves.toMatchObject({ state: 'SYNCHRONIZATION_FAILED' });
    await expect(fresh.cf.createService('db', 'small', 'x')).rejects.toThrow('synchronized');
    await fresh.stop();
  });

  test('whose plan vanishes keeps it with instances, warned of, and loses it without', async () => {
    await stubbed.withInstance();
    const { services } = catalogOf();
    stubbed.next('GET', reply(200, { services: [{ ...services[0], plans: [{ id: 'plan-3', name: 'new', description: 'New.' }] }] }));
    const { warnings } = await stubbed.cf.synchronize();
    expect(warnings).toEqual([expect.stringContaining('small')]);
    expect([...stubbed.cf.database.plans.values()].map(({ uniqueId, active, isPublic }) => [uniqueId, active, isPublic])).toEqual([
      ['plan-1', false, true],
      ['plan-3', true, false],
    ]);
    await expect(stubbed.cf.deleteService('orders-db')).resolves.toBe('deleted');
  });

  test('that gives the name of a service in use to another id is refused', async () => {
    await stubbed.withInstance();
    const { services } = catalogOf({ service: { id: 'service-2', plans: [{ id: 'plan-9', name: 'p', description: 'P.' }] } });
    stubbed.next('GET', reply(200, { services }));
    await expect(stubbed.cf.synchronize()).resolves.toMatchObject({ state: 'AVAILABLE', errors: [expect.stringContaining('Service names')] });
  });

  test('that moves a plan to another service is refused', async () => {
    const { services } = catalogOf({ service: { id: 'service-2', name: 'other' } });
    stubbed.next('GET', reply(200, { services }));
    await expect(stubbed.cf.synchronize()).resolves.toMatchObject({ errors: [expect.stringContaining('Plan ids'), expect.any(String)] });
  });
});
