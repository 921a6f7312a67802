import fc from 'fast-check';
import { mergeCatalogs, ownersByClaims } from './merge-catalogs.js';
import type { LeftOut, ServiceOffering } from './offering.js';
import { ParameterSchemas } from './parameter-schemas.js';
import { PublishedCatalog } from './published-catalog.js';
import { CatalogUnreadable, FIRST_READING, readCatalog } from './read-catalog.js';
import { complaintsOfPlatforms } from './testing/platform-parsers.js';
import { DRAFTS, sampleCatalog, samplePlan, sampleSchema, sampleService } from './testing/sample-catalogs.js';

const threads = new ParameterSchemas();
const schemas = threads.of('backend');
afterAll(() => threads.close());

const read = (raw: unknown) => readCatalog(raw, schemas);
const withService = (more: object) => ({ services: [{ ...sampleService('mysql'), ...more }, sampleService('redis')] });
const withPlan = (more: object) => withService({ plans: [{ ...samplePlan('bad'), ...more }, samplePlan('good')] });
const ofService = (metadata: unknown) => withService({ metadata });
const ofPlan = (metadata: unknown) => withPlan({ metadata });
const withSchema = (parameters: unknown) => withPlan({ schemas: { service_instance: { create: { parameters } } } });
const infoOf = (characters: number) => {
  const info = { version: '1.0.0', description: '' };
  return { ...info, description: 'x'.repeat(characters - JSON.stringify(info).length) };
};
const reasons = (leftOut: readonly LeftOut[]) => leftOut.map(({ reason }) => reason);

describe('a good catalog', () => {
  test('is read without a word', async () => {
    const { offerings, leftOut, warnings } = await read(sampleCatalog());
    expect({ leftOut, warnings }).toEqual({ leftOut: [], warnings: [] });
    expect(offerings.map(({ name, plans }) => [name, plans.map((plan) => plan.name)])).toEqual([
      ['mysql', ['mysql-small', 'mysql-large']],
      ['mysql-cluster', ['mysql-cluster-small', 'mysql-cluster-large']],
    ]);
  });

  test('may be empty', async () => {
    expect(await read({ services: [] })).toMatchObject({ offerings: [], leftOut: [], leftOutCount: 0, warnings: [] });
  });

  test('gives every field its meaning', async () => {
    const { offerings } = await read({ services: [sampleService('mysql')] });
    expect(offerings[0]).toMatchObject({
      id: 'mysql-id',
      requires: ['syslog_drain'],
      dashboardClientId: 'mysql-client',
      allowContextUpdates: true,
      plans: [
        {
          id: 'mysql-small-id',
          free: false,
          bindable: true,
          planUpdateable: false,
          bindingRotatable: true,
          maximumPollingDurationSeconds: 3600,
          maintenanceInfo: { version: '2.1.1+abcdef', description: 'A new image.' },
          schemas: { provision: sampleSchema(), update: sampleSchema(), bind: sampleSchema() },
        },
        { id: 'mysql-large-id' },
      ],
    });
  });
});

describe('what is published of a catalog', () => {
  const minimal = { id: 's', name: 'n', description: 'd', bindable: true, plans: [{ id: 'p', name: 'p', description: 'd' }] };

  test('states the flags a backend left to defaults', async () => {
    const { offerings } = await read({ services: [{ ...minimal, plan_updateable: true }] });
    expect(offerings[0]?.plans[0]?.wire).toMatchObject({ free: true, bindable: true, plan_updateable: true });
  });

  test.each([
    ['the plan says yes', false, true, true],
    ['the plan says no', true, false, false],
    ['the plan says nothing', true, undefined, true],
  ])('a plan is bindable as it says itself, else as its service: %s', async (_case, service, plan, expected) => {
    const plans = [{ ...minimal.plans[0], bindable: plan, plan_updateable: plan }];
    const { offerings } = await read({ services: [{ ...minimal, bindable: service, plan_updateable: service, plans }] });
    const published = offerings[0]?.plans[0];
    expect([published?.bindable, published?.planUpdateable]).toEqual([expected, expected]);
    expect(published?.wire).toMatchObject({ bindable: expected, plan_updateable: expected });
  });

  test('says what the gateway can fetch, and keeps what the backend said', async () => {
    const { offerings } = await read({ services: [minimal, { ...minimal, id: 's2', name: 'n2', bindable: false, plans: [{ ...minimal.plans[0], id: 'p2' }] }] });
    expect(offerings.map(({ wire }) => [wire['instances_retrievable'], wire['bindings_retrievable']])).toEqual([
      [true, true],
      [true, false],
    ]);
    expect(offerings[0]?.backendFlags).toEqual({ instancesRetrievable: false, bindingsRetrievable: false });
  });

  test('has no null where the spec knows a field, and keeps those that are content', async () => {
    const plan = { ...minimal.plans[0], schemas: null, maintenance_info: null, maximum_polling_duration: null, free: null };
    const schema = { ...sampleSchema(), default: { sizeGb: null } };
    const { offerings } = await read({
      services: [
        { ...minimal, tags: null, requires: null, dashboard_client: null, metadata: { documentationUrl: null, 'x-deep': { a: null } }, plans: [plan] },
        { ...minimal, id: 's2', name: 'n2', plans: [{ ...minimal.plans[0], id: 'p2', schemas: { service_binding: null, service_instance: { update: null, create: { parameters: schema } } } }] },
      ],
    });
    expect(offerings[0]?.wire).toEqual({ id: 's', name: 'n', description: 'd', bindable: true, metadata: { 'x-deep': { a: null } }, instances_retrievable: true, bindings_retrievable: true });
    expect(offerings[0]?.plans[0]?.wire).toEqual({ id: 'p', name: 'p', description: 'd', free: true, bindable: true, plan_updateable: false });
    expect(offerings[1]?.plans[0]?.wire['schemas']).toEqual({ service_instance: { create: { parameters: schema } } });
  });

  test('keeps fields nobody knows', async () => {
    const { offerings } = await read(withService({ 'x-acme.tier': { gold: [1, null] }, plans: [{ ...samplePlan('p'), 'x-foo': 'bar', metadata: { anything: {} } }] }));
    expect(offerings[0]?.wire['x-acme.tier']).toEqual({ gold: [1, null] });
    expect(offerings[0]?.plans[0]?.wire).toMatchObject({ 'x-foo': 'bar', metadata: { anything: {} } });
  });

  test('does not change when the backend changes its object later', async () => {
    const raw = sampleCatalog();
    const { offerings } = await read(raw);
    Object.assign(raw.services[0]?.['metadata'] ?? {}, { displayName: 'changed' });
    expect(offerings[0]?.wire['metadata']).toMatchObject({ displayName: 'mysql' });
  });
});

describe('an answer that is no catalog', () => {
  test.each([
    ['null', null, 'the catalog must be a JSON object, but it is absent'],
    ['an array', [], 'the catalog must be a JSON object, but it is an array'],
    ['a page of text', '<html>', 'the catalog must be a JSON object, but it is of type string'],
    ['an error object', { error: 'Oops' }, '"services" must be an array, but it is absent'],
    ['services null', { services: null }, '"services" must be an array, but it is absent'],
    ['services an object', { services: {} }, '"services" must be an array, but it is of type object'],
  ])('is refused as a whole: %s', async (_case, raw, message) => {
    await expect(read(raw)).rejects.toThrow(new CatalogUnreadable(message));
  });
});

describe('a bad offering is left out, and all others stay', () => {
  test.each([
    ['null instead of an offering', () => ({ services: [null, sampleService('redis')] }), 'services[0] must be an object'],
    ['no id', () => withService({ id: undefined }), 'services[0].id is required'],
    ['an id that is a number', () => withService({ id: 7 }), 'services[0].id must be a string'],
    ['an id of white space', () => withService({ id: ' \t' }), 'services[0].id must not be empty'],
    ['an id of 1025 characters', () => withService({ id: 'x'.repeat(1025) }), 'services[0].id must not be longer than 1024 characters'],
    ['an empty name', () => withService({ name: '' }), 'services[0].name must not be empty'],
    ['no description', () => withService({ description: null }), 'services[0].description is required'],
    ['a description without end', () => withService({ description: 'x'.repeat(10_001) }), 'services[0].description must not be longer than 10000 characters'],
    ['no bindable', () => withService({ bindable: null }), 'services[0].bindable is required'],
    ['bindable as text', () => withService({ bindable: 'true' }), 'services[0].bindable must be a boolean'],
    ['tags as text', () => withService({ tags: 'sql' }), 'services[0].tags must be an array'],
    ['a null tag', () => withService({ tags: ['sql', null] }), 'services[0].tags[1] must be a string'],
    ['too many tags', () => withService({ tags: ['x'.repeat(2000), 'y'.repeat(49)] }), 'services[0].tags must not be longer than 2048 characters in all'],
    ['an unknown permission', () => withService({ requires: ['root'] }), 'services[0].requires[0] must be one of "syslog_drain", "route_forwarding", "volume_mount"'],
    ['instances_retrievable as text', () => withService({ instances_retrievable: 'yes' }), 'services[0].instances_retrievable must be a boolean'],
    ['bindings_retrievable as number', () => withService({ bindings_retrievable: 1 }), 'services[0].bindings_retrievable must be a boolean'],
    ['allow_context_updates as text', () => withService({ allow_context_updates: '' }), 'services[0].allow_context_updates must be a boolean'],
    ['plan_updateable as text', () => withService({ plan_updateable: 'no' }), 'services[0].plan_updateable must be a boolean'],
    ['a dashboard client without redirect_uri', () => withService({ dashboard_client: { id: 'c', secret: 's' } }), 'services[0].dashboard_client.redirect_uri is required'],
    ['a dashboard client without a secret', () => withService({ dashboard_client: { id: 'c', secret: '', redirect_uri: 'u' } }), 'services[0].dashboard_client.secret must not be empty'],
    ['plans as an object', () => withService({ plans: {} }), 'services[0].plans must be an array'],
    ['no plans', () => withService({ plans: [] }), 'services[0].plans must hold at least one plan'],
    ['U+0000', () => withService({ description: 'a\0b' }), 'services[0].description has the character U+0000, which is not allowed'],
    ['half a surrogate pair', () => withService({ 'x-foo': ['\ud800'] }), 'services[0].x-foo[0] has half a surrogate pair, which is not allowed'],
    ['a key __proto__', () => withService({ metadata: JSON.parse('{"__proto__":{"free":true}}') }), 'services[0].metadata has a key "__proto__", which is not allowed'],
    ['a function', () => withService({ 'x-foo': () => 1 }), 'services[0].x-foo is not JSON'],
    ['a date', () => withService({ 'x-foo': new Date() }), 'services[0].x-foo is not JSON'],
    ['a number that is none', () => withService({ 'x-foo': NaN }), 'services[0].x-foo is not a JSON number'],
  ])('%s', async (_case, raw, reason) => {
    const { offerings, leftOut } = await read(raw());
    expect(offerings.map(({ name }) => name)).toEqual(['redis']);
    expect(reasons(leftOut)).toEqual([reason]);
  });

  test('with a cycle', async () => {
    const endless: Record<string, unknown> = {};
    endless['again'] = endless;
    const { offerings, leftOut } = await read(withService({ metadata: endless }));
    expect([offerings.length, leftOut[0]?.reason]).toEqual([1, expect.stringContaining('is nested deeper than 64 levels')]);
  });

  test('with the name an operator knows it by', async () => {
    const { leftOut } = await read(withService({ bindable: 1 }));
    expect(leftOut).toEqual([{ serviceId: 'mysql-id', serviceName: 'mysql', reason: 'services[0].bindable must be a boolean' }]);
  });

  test('with all its faults in one sentence, and none of its values', async () => {
    const { leftOut } = await read(withService({ id: '', bindable: 1, dashboard_client: { id: 'c', secret: ['hunter2'] } }));
    expect(leftOut[0]?.reason).toBe(
      'services[0].id must not be empty; services[0].bindable must be a boolean; ' +
        'services[0].dashboard_client.secret must be a string; services[0].dashboard_client.redirect_uri is required',
    );
  });
});

describe('a bad plan is left out, and its service stays', () => {
  test.each([
    ['text instead of a plan', () => withService({ plans: ['bad', samplePlan('good')] }), ' must be an object'],
    ['no id', () => withPlan({ id: undefined }), '.id is required'],
    ['an empty name', () => withPlan({ name: ' ' }), '.name must not be empty'],
    ['no description', () => withPlan({ description: undefined }), '.description is required'],
    ['free as text', () => withPlan({ free: 'true' }), '.free must be a boolean'],
    ['bindable as number', () => withPlan({ bindable: 0 }), '.bindable must be a boolean'],
    ['plan_updateable as text', () => withPlan({ plan_updateable: 'x' }), '.plan_updateable must be a boolean'],
    ['binding_rotatable as text', () => withPlan({ binding_rotatable: 'x' }), '.binding_rotatable must be a boolean'],
    ['a duration as text', () => withPlan({ maximum_polling_duration: '60' }), '.maximum_polling_duration must be a whole number'],
    ['half a second', () => withPlan({ maximum_polling_duration: 1.5 }), '.maximum_polling_duration must be a whole number'],
    ['no time at all', () => withPlan({ maximum_polling_duration: 0 }), '.maximum_polling_duration must be 1 or more'],
    ['more than 68 years', () => withPlan({ maximum_polling_duration: 2 ** 31 }), '.maximum_polling_duration must be less than 2^31'],
    ['maintenance_info as text', () => withPlan({ maintenance_info: '1.0.0' }), '.maintenance_info must be an object'],
    ['maintenance_info without a version', () => withPlan({ maintenance_info: {} }), '.maintenance_info.version is required'],
    ['maintenance_info with a key too many', () => withPlan({ maintenance_info: { version: '1.0.0', x: 1 } }), '.maintenance_info has keys other than "version" and "description"'],
    ['maintenance_info of 2001 characters', () => withPlan({ maintenance_info: infoOf(2001) }), '.maintenance_info must not be longer than 2000 characters of JSON'],
    ['a description of the version that is none', () => withPlan({ maintenance_info: { version: '1.0.0', description: 1 } }), '.maintenance_info.description must be a string'],
  ])('%s', async (_case, raw, reason) => {
    const { offerings, leftOut } = await read(raw());
    expect(offerings.map(({ name, plans }) => [name, plans.length])).toEqual([['mysql', 1], ['redis', 2]]);
    expect(reasons(leftOut)).toEqual([`services[0].plans[0]${reason}`]);
  });

  test.each(['1.0', 'v1.0.0', '01.0.0', '1.0.0.0', '1.0.0-', '1.0.0-01', '1.0.0+', '', '1.0.0\n', ' 1.0.0'])(
    'version %j is no semantic version',
    async (version) => {
      const { leftOut } = await read(withPlan({ maintenance_info: { version } }));
      expect(reasons(leftOut)).toEqual(['services[0].plans[0].maintenance_info.version must be a semantic version 2.0']);
    },
  );

  test.each(['0.0.0', '1.0.0-rc.1', '2.1.1+abcdef', '1.0.0-0a.b-c.0+0.build.01'])('version %s is one', async (version) => {
    expect((await read(withPlan({ maintenance_info: { version } }))).leftOut).toEqual([]);
  });

  test('maintenance_info of 2000 characters is none', async () => {
    expect((await read(withPlan({ maintenance_info: infoOf(2000) }))).leftOut).toEqual([]);
  });

  test('with its service when no plan remains', async () => {
    const { offerings, leftOut } = await read(withService({ plans: [{ ...samplePlan('bad'), free: 1 }] }));
    expect(offerings.map(({ name }) => name)).toEqual(['redis']);
    expect(leftOut).toEqual([
      { serviceId: 'mysql-id', serviceName: 'mysql', planId: 'bad-id', planName: 'bad', reason: 'services[0].plans[0].free must be a boolean' },
      { serviceId: 'mysql-id', serviceName: 'mysql', reason: 'services[0].plans has no plan that can be published' },
    ]);
  });
});

describe('of two with the same identifier the first stays', () => {
  test.each([
    ['service id', { id: 'mysql-id' }, 'services[1].id must be unique, but services[0].id is the same'],
    ['service name', { name: 'mysql' }, 'services[1].name must be unique, but services[0].name is the same'],
    ['dashboard client', { dashboard_client: { id: 'mysql-client', secret: 's', redirect_uri: 'u' } }, 'services[1].dashboard_client.id must be unique, but services[0].dashboard_client.id is the same'],
  ])('%s', async (_case, more, reason) => {
    const { offerings, leftOut } = await read({ services: [sampleService('mysql'), { ...sampleService('redis'), ...more }] });
    expect([offerings.map(({ name }) => name), reasons(leftOut)]).toEqual([['mysql'], [reason]]);
  });

  test('plan id in one service', async () => {
    const { leftOut } = await read(withService({ plans: [samplePlan('a'), { ...samplePlan('b'), id: 'a-id' }] }));
    expect(reasons(leftOut)).toEqual(['services[0].plans[1].id must be unique, but services[0].plans[0].id is the same']);
  });

  test('plan id in two services', async () => {
    const { leftOut } = await read({ services: [sampleService('a'), { ...sampleService('b'), plans: [samplePlan('a-small'), samplePlan('b-small')] }] });
    expect(reasons(leftOut)).toEqual(['services[1].plans[0].id must be unique, but services[0].plans[0].id is the same']);
  });

  test('plan name in one service, but not in two', async () => {
    const small = { ...samplePlan('x'), name: 'small' };
    const { leftOut } = await read({
      services: [
        { ...sampleService('a'), plans: [{ ...small, id: '1' }, { ...small, id: '2' }] },
        { ...sampleService('b'), plans: [{ ...small, id: '3' }] },
      ],
    });
    expect(reasons(leftOut)).toEqual(['services[0].plans[1].name must be unique, but services[0].plans[0].name is the same']);
  });

  test('and one that is left out takes nothing from the others', async () => {
    const { offerings } = await read({ services: [{ ...sampleService('mysql'), bindable: 'x' }, sampleService('mysql')] });
    expect(offerings.map(({ name, plans }) => [name, plans.length])).toEqual([['mysql', 2]]);
  });

  test('names that differ in case are two names', async () => {
    expect((await read({ services: [sampleService('MySQL'), sampleService('mysql')] })).offerings).toHaveLength(2);
  });
});

describe('what is legal but troublesome is published with a warning', () => {
  test.each([
    ['a long service id', () => withService({ id: 'x'.repeat(64) }), 'services[0].id is longer than 63 characters, which service-catalog refuses'],
    ['a long plan name', () => withPlan({ name: 'x'.repeat(64) }), 'services[0].plans[0].name is longer than 63 characters, which service-catalog refuses'],
    ['a name with spaces', () => withService({ name: 'My SQL' }), 'services[0].name is not easy to type: only letters, digits, "." and "-" are'],
  ])('%s', async (_case, raw, reason) => {
    const { leftOut, warnings } = await read(raw());
    expect([leftOut, reasons(warnings)]).toEqual([[], [reason]]);
  });
});

describe("metadata that breaks the profile's types is left out, and the entry stays", () => {
  const kept = { 'x-own': { any: [1] } };
  const entryOf = (raw: unknown, [offering]: readonly ServiceOffering[]) => (raw === ofService ? offering : offering?.plans[0]);
  const cases: [string, (metadata: unknown) => object, string, unknown, string][] = [
    ['a display name that is none', ofService, 'displayName', 1, ' must be a string'],
    ['an image that is none', ofService, 'imageUrl', { href: 'x' }, ' must be a string'],
    ['a link to documents that is none', ofService, 'documentationUrl', {}, ' must be a string'],
    ['shareable as text', ofService, 'shareable', 'true', ' must be a boolean'],
    ['bullets that are none', ofPlan, 'bullets', 'fast', ' must be an array'],
    ['bullets as objects', ofPlan, 'bullets', ['fast', { text: 'safe' }], '[1] must be a string'],
    ['costs without a unit', ofPlan, 'costs', [{ amount: { usd: 1 } }], '[0].unit is required'],
    ['an amount as text', ofPlan, 'costs', [{ unit: 'month', amount: { usd: '1' } }], '[0].amount.usd must be a number'],
  ];

  test.each(cases)('%s', async (_case, raw, member, value, rule) => {
    const { offerings, leftOut, warnings } = await read(raw({ ...kept, [member]: value }));
    expect([leftOut, offerings.map(({ plans }) => plans.length)]).toEqual([[], [2, 2]]);
    const at = raw === ofService ? 'services[0]' : 'services[0].plans[0]';
    expect(reasons(warnings)).toEqual([`${at}.metadata.${member}${rule}: the member is not published`]);
    expect(entryOf(raw, offerings)?.wire['metadata']).toEqual(kept);
  });

  test.each(cases)('a setting publishes it as sent, but for what platforms break down over: %s', async (_case, raw, member, value) => {
    const { offerings, warnings } = await readCatalog(raw({ ...kept, [member]: value }), schemas, { ...FIRST_READING, keepInvalidMetadata: true });
    expect(reasons(warnings)).toEqual([expect.stringContaining(`.metadata.${member}`)]);
    const isNeverSent = ['documentationUrl', 'shareable'].includes(member);
    expect(entryOf(raw, offerings)?.wire['metadata']).toEqual(isNeverSent ? kept : { ...kept, [member]: value });
  });

  test.each([ofService, ofPlan])('metadata that is no object', async (raw) => {
    const { offerings, leftOut, warnings } = await read(raw('text'));
    expect([leftOut, offerings.map(({ plans }) => plans.length)]).toEqual([[], [2, 2]]);
    expect(reasons(warnings)).toEqual([expect.stringMatching(/metadata must be an object: it is not published$/)]);
  });
});

describe('a schema never hides a plan', () => {
  const at = 'services[0].plans[0].schemas';
  const create = `${at}.service_instance.create.parameters`;
  const planOf = async (raw: unknown) => {
    const { offerings, leftOut, warnings } = await read(raw);
    expect([leftOut, offerings.map(({ plans }) => plans.length)]).toEqual([[], [2, 2]]);
    return { plan: offerings[0]?.plans[0], warnings: reasons(warnings) };
  };

  test.each([
    ['schemas as an array', () => withPlan({ schemas: [] }), `${at} must be an object`],
    ['service_instance as text', () => withPlan({ schemas: { service_instance: 'x' } }), `${at}.service_instance must be an object`],
    ['create as an array', () => withPlan({ schemas: { service_binding: { create: [] } } }), `${at}.service_binding.create must be an object`],
    ['a schema that is true', () => withSchema(true), `${create} must be an object`],
    ['half a surrogate pair', () => withSchema({ ...sampleSchema(), title: '\ud800' }), `${create}.title has half a surrogate pair, which is not allowed`],
    ['a key __proto__', () => withPlan({ schemas: JSON.parse('{"__proto__":{}}') }), `${at} has a key "__proto__", which is not allowed`],
  ])('what is none is left out for every kind of platform: %s', async (_case, raw, reason) => {
    const { plan, warnings } = await planOf(raw());
    expect(warnings).toEqual([`${reason}: it is not published`]);
    expect(plan?.schemas).toEqual({});
    expect(JSON.stringify(plan?.wire)).not.toMatch(/parameters|\[\]|"x"|ud800|proto/);
  });

  test.each([
    ['a type nobody knows', { ...sampleSchema(), properties: { a: { type: 'text' } } }, '/properties/a/type: must be one of'],
    ['a reference to elsewhere', { ...sampleSchema(), properties: { a: { $ref: 'http://example.org/a' } } }, '/properties/a/$ref must begin with "#"'],
    ['more than 65,536 characters', { ...sampleSchema(), title: 'x'.repeat(65_536) }, 'must not be longer than 65536 characters'],
    ['no $schema', { type: 'object' }, 'must name its version of JSON schema in "$schema"'],
  ])('what cannot be compiled is published, not enforced and not shown to Cloud Foundry: %s', async (_case, schema, problem) => {
    const { plan, warnings } = await planOf(withSchema(schema));
    expect(warnings).toEqual([
      expect.stringContaining(`${create} is not enforced: ${problem}`),
      expect.stringContaining(`${create} is not shown to Cloud Foundry, which refuses it: `),
    ]);
    expect(plan?.schemas).toEqual({});
    expect(plan?.wire['schemas']).toEqual({ service_instance: { create: { parameters: schema } } });
    expect(plan?.cloudFoundryWire['schemas']).toEqual({ service_instance: { create: {} } });
  });

  test('what Cloud Controller refuses is enforced all the same, and only that schema is not shown to it', async () => {
    const [good, newer] = [sampleSchema(DRAFTS['draft-06']), sampleSchema(DRAFTS['draft-07'])];
    const schemasOfPlan = { service_instance: { create: { parameters: newer }, update: { parameters: good } }, service_binding: { create: { parameters: good } } };
    const { plan, warnings } = await planOf(withPlan({ schemas: schemasOfPlan }));
    expect(warnings).toEqual([`${create} is not shown to Cloud Foundry, which refuses it: /$schema is not http draft-03, draft-04 or draft-06`]);
    expect(plan?.schemas).toEqual({ provision: newer, update: good, bind: good });
    expect(plan?.cloudFoundryWire).toEqual({ ...plan?.wire, schemas: { ...schemasOfPlan, service_instance: { create: {}, update: { parameters: good } } } });
  });

  test('what Cloud Controller takes and the gateway cannot compile is shown to it', async () => {
    const { plan, warnings } = await planOf(withSchema({ $schema: 'http://json-schema.org/draft-03/schema#', type: 'object' }));
    expect(warnings).toEqual([expect.stringContaining(`${create} is not enforced: "$schema" must name a known version`)]);
    expect(plan?.cloudFoundryWire).toBe(plan?.wire);
  });
});

describe('whatever a backend sends', () => {
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(undefined, '', ' ', 'mysql', 'mysql-id', 'mysql-small-id', 'MYSQL-SMALL ', 'x'.repeat(300), 'x'.repeat(3000)),
    fc.constantFrom(...Object.values(DRAFTS), 'https://json-schema.org/draft-04/schema', '2.0', 2 ** 40, NaN, '\0', '\udc00'),
  );

  /** Puts a value somewhere into a document: the steps choose a member at each level. */
  function planted(document: unknown, steps: readonly number[], value: unknown): void {
    const [step = 0, ...rest] = steps;
    const keys = Object.keys(document as object);
    const key = keys[step % Math.max(keys.length, 1)];
    if (key === undefined) return;
    const inside = (document as Record<string, unknown>)[key];
    if (rest.length > 0 && typeof inside === 'object' && inside !== null) return planted(inside, rest, value);
    Object.assign(document as object, { [key]: value });
  }

  const broken = fc
    .array(fc.tuple(fc.array(fc.nat(20), { minLength: 2, maxLength: 10 }), junk), { maxLength: 5 })
    .map((changes) => {
      const catalog = sampleCatalog();
      for (const [steps, value] of changes) planted(catalog.services, steps, value);
      return catalog;
    });

  test.each([
    ['a flag as text', { free: 'true' }],
    ['a schema of a later draft', { schemas: { service_binding: { create: { parameters: sampleSchema(DRAFTS['2020-12']) } } } }],
    ['a name twice', { name: 'good' }],
  ])('platforms would complain about %s', (_case, more) => {
    expect(complaintsOfPlatforms(withPlan(more))).not.toEqual([]);
  });

  test('every platform takes what is published of it', async () => {
    await fc.assert(
      fc.asyncProperty(broken, async (raw) => {
        const { offerings } = await read(raw);
        const merged = mergeCatalogs([{ backendId: 'b', offerings }], ownersByClaims([]));
        const published = PublishedCatalog.of(merged.offerings);
        expect(complaintsOfPlatforms(JSON.parse(published.viewFor('cloudfoundry').body.toString()))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('another backend publishes the same', async () => {
    await fc.assert(
      fc.asyncProperty(broken, async (raw) => {
        const { offerings: others } = await read(sampleCatalog('redis'));
        const { offerings } = await read(raw);
        const inputs = [{ backendId: 'bad', offerings }, { backendId: 'good', offerings: others }];
        const merged = mergeCatalogs(inputs, ownersByClaims([]));
        expect(merged.offerings.filter(({ backendId }) => backendId === 'good').map(({ id }) => id)).toEqual(others.map(({ id }) => id));
      }),
      { numRuns: 100 },
    );
  });
});
