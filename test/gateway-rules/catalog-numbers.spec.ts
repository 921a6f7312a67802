import fc from 'fast-check';
import { PLATFORM_KINDS } from '#core';
import { eventually } from '../e2e/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

const NUMBERS = ['12345678901234567890', '-9007199254740993', '1.0', '0.0', '-0', '1e2', '1E-7', '0.10', '3.141592653589793238462643383279'];
const DRAFT = '"$schema":"http://json-schema.org/draft-04/schema#"';

/** A catalog in the text of its broker: `numbers` in metadata, costs, a vendor's field and the bounds of a schema. */
function catalogText(numbers: readonly string[] = NUMBERS): string {
  const properties = numbers.map((number, index) => `"p${index}":{"type":"number","maximum":${number},"default":${number},"enum":[${number}]}`);
  const schema = `{${DRAFT},"type":"object","minProperties":0.0,"properties":{${properties.join(',')}}}`;
  const plan = `{"id":"exact-plan","name":"p","description":"p","maximum_polling_duration":3600.0,"vendor":[${numbers.join(',')}],
    "metadata":{"costs":[{"amount":{"usd":99.0},"unit":"MONTHLY"}],"limits":[${numbers.join(',')}]},
    "schemas":{"service_instance":{"create":{"parameters":${schema}}}}}`;
  return `{"services":[{"id":"exact-service","name":"exact","description":"e","bindable":true,"metadata":{"weights":[${numbers.join(',')}]},"plans":[${plan}]}]}`;
}

let stage: RuleStage;
let broker: ScriptedBroker;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.broker('exact');
  broker.when('GET', 'catalog', reply(200, catalogText()));
  await stage.gateway.register('exact', 'osb', broker.settings);
});
afterAll(() => stage.stop());

const published = async (osb: OsbClient): Promise<string> => (await osb.catalog()).text;

describe.each(PLATFORM_KINDS)('issue 10, line 12: the catalog for %s keeps numbers as they were sent', (kind) => {
  let text: string;
  beforeAll(async () => {
    text = await published(await stage.gateway.platform(`numbers-${kind}`, kind));
  });

  test('in metadata, costs and fields of vendors', () => {
    for (const member of ['vendor', 'limits', 'weights']) expect(text).toContain(`"${member}":[${NUMBERS.join(',')}]`);
    expect(text).toContain('"amount":{"usd":99.0}');
  });

  test('in the bounds, defaults and values of schemas', () => {
    for (const number of NUMBERS) expect(text).toContain(`{"default":${number},"enum":[${number}],"maximum":${number},"type":"number"}`);
  });

  test('but for what has to be an integer to Cloud Controller', () => {
    expect(text).toContain('"maximum_polling_duration":3600,');
    expect(text).toContain('"minProperties":0,');
  });
});

test('issue 10, line 12: another gateway publishes the same bytes from what is stored, while the broker is away', async () => {
  const before = await published(stage.gateway.osb());
  const away = broker.when('GET', 'catalog', reply(503, {}));
  const other = await TestGateway.start({ database: stage.gateway.database });
  try {
    await eventually(async () => away.asked('GET', 'catalog').length, (count) => count > 0);
    expect(await published(other.osb())).toBe(before);
  } finally {
    broker.when('GET', 'catalog', reply(200, catalogText()));
    await other.stopKeepingDatabase();
  }
});

test('the schema is enforced all the same', async () => {
  const osb = stage.gateway.osb();
  expect((await osb.provision('too-much', broker.plan, { parameters: { p2: 2 } })).status).toBe(400);
  expect((await osb.provision('enough', broker.plan, { parameters: { p2: 1 } })).status).toBe(201);
});

test('any number a broker may write is published as it is written', async () => {
  const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,30})$/);
  const number = fc
    .tuple(fc.constantFrom('', '-'), digits, fc.option(fc.stringMatching(/^[0-9]{1,20}$/)), fc.option(fc.integer({ min: -20, max: 20 })))
    .map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`);
  await fc.assert(
    fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 5 }), async (numbers) => {
      broker.when('GET', 'catalog', reply(200, catalogText(numbers)));
      expect((await stage.admin.post('/backends/exact/refresh')).status).toBe(200);
      expect(await published(stage.gateway.osb())).toContain(`"vendor":[${numbers.join(',')}]`);
    }),
    { numRuns: 20 },
  );
});

test.each([
  ['"metadata":{"weights"', '"metadata":1.0,"other":{"weights"'],
  ['"bindable":true', '"bindable":1.0'],
  ['"plans":[', '"plans":1.0,"other":['],
  ['"metadata":{"costs"', '"metadata":1.0,"other":{"costs"'],
  ['"amount":{"usd":99.0}', '"amount":1.0'],
  ['"costs":[{', '"costs":[1.0,{'],
  ['"bindable":true', '"bindable":true,"dashboard_client":1.0'],
  ['"schemas":{', '"schemas":1.0,"other":{'],
  ['"create":{', '"create":1.0,"other":{'],
  ['"parameters":{', '"parameters":1.0,"other":{'],
  ['"maximum_polling_duration":3600.0', '"maximum_polling_duration":3600.5'],
  ['"maximum_polling_duration":3600.0', '"maintenance_info":1.0'],
  ['"properties":{', '"not":1.0,"properties":{'],
  ['{"services":', '{"services":1.0,"other":'],
])('a number where %s belongs is told of like any other value', async (good, bad) => {
  broker.when('GET', 'catalog', reply(200, catalogText().replace(good, bad)));
  await stage.admin.post('/backends/exact/refresh');
  const { catalog } = (await stage.admin.get('/backends/exact')).body;
  expect([...catalog.leftOut, ...catalog.warnings, catalog.failure].filter(Boolean)).not.toEqual([]);
  expect(JSON.stringify(catalog) + (await published(stage.gateway.osb()))).not.toContain('rawJSON');
});
