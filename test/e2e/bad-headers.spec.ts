import { TestGateway } from '../support/gateway.js';
import { basic, HttpClient, type Answer, type Ask } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { recorded, type Recorded } from './recorded.js';
import { expectRefusal } from './refusals.js';
import { simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;
/** Sends no headers of its own. */
let bare: HttpClient;
let before: { readonly calls: number; readonly recorded: Recorded };

const GOOD = { authorization: basic('platform', 'platform-password'), 'x-broker-api-version': '2.17' };
const ids = { service_id: 'simulator-service', plan_id: 'simulator-sync' };
const query = ids;

/** Every route, with a request that would do something. */
const REQUESTS: readonly (readonly [string, string, Ask])[] = [
  ['GET', '/v2/catalog', {}],
  ['PUT', '/v2/service_instances/new', { body: { ...ids, organization_guid: 'o', space_guid: 's' } }],
  ['PATCH', '/v2/service_instances/i', { body: { service_id: ids.service_id, parameters: { a: 1 } } }],
  ['GET', '/v2/service_instances/i', {}],
  ['GET', '/v2/service_instances/i/last_operation', {}],
  ['PUT', '/v2/service_instances/i/service_bindings/new', { body: ids }],
  ['GET', '/v2/service_instances/i/service_bindings/b', {}],
  ['GET', '/v2/service_instances/i/service_bindings/b/last_operation', {}],
  ['DELETE', '/v2/service_instances/i/service_bindings/b', { query }],
  ['DELETE', '/v2/service_instances/i', { query }],
];

const everywhere = (headers: Record<string, string | string[]>, more: Ask = {}): Promise<Answer[]> =>
  Promise.all(REQUESTS.map(([method, path, ask]) => bare.request(method, path, { ...ask, ...more, headers })));

beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
  bare = new HttpClient(gateway.url, {});
  simulator = await simulatorInGateway(gateway, 'simulator');
  await osb.provision('i', simulator.plan('sync'));
  await osb.bind('i', 'b', simulator.plan('sync'));
});
afterAll(async () => {
  await bare.close();
  await gateway.stop();
});

describe('a request that is turned away changes nothing', () => {
  beforeEach(async () => {
    before = { calls: simulator.ledger.calls.length, recorded: await recorded(gateway.database) };
  });
  afterEach(async () => {
    expect({ calls: simulator.ledger.calls.length, recorded: await recorded(gateway.database) }).toEqual(before);
  });

  test('without a version, on every route (HDR 4, 13)', async () => {
    const { authorization } = GOOD;
    for (const refusal of await everywhere({ authorization })) {
      expectRefusal(refusal, 400, 'BadRequest');
      expect(refusal.body['description']).toContain('X-Broker-API-Version');
    }
  });

  test.each(['', '   ', 'abc', '2', '2.x', 'v2.17', '-1.2', '2.17, 2.15', '2.17.0', '2.99999'])(
    'with the version %p (HDR 5, 6)',
    async (version) => {
      for (const refusal of await everywhere({ ...GOOD, 'x-broker-api-version': version })) expectRefusal(refusal, 400, 'BadRequest');
    },
  );

  test('with two versions (HDR 11)', async () => {
    const twice = { ...GOOD, 'x-broker-api-version': ['2.17', '2.15'] };
    for (const refusal of await everywhere(twice)) expectRefusal(refusal, 400, 'BadRequest');
  });

  test.each(['2.9', '2.10', '1.17', '3.0', '0.0'])('with the version %s, which is not served (HDR 3, 7, 9)', async (version) => {
    for (const refusal of await everywhere({ ...GOOD, 'x-broker-api-version': version })) {
      expectRefusal(refusal, 412, 'PreconditionFailed');
      expect(refusal.body['description']).toContain('2.17');
    }
  });

  test.each([
    ['no credentials', undefined],
    ['an empty header', ''],
    ['a wrong user', basic('nobody', 'platform-password')],
    ['a wrong password', basic('platform', 'wrong')],
    ['an empty password', basic('platform', '')],
    ['the credentials of the administrator', basic('admin', 'admin-password')],
    ['no base64', 'Basic !!!'],
    ['base64 without a colon', `Basic ${Buffer.from('platform').toString('base64')}`],
    ['Basic and nothing else', 'Basic'],
    ['another scheme', 'Bearer cGxhdGZvcm06cGxhdGZvcm0tcGFzc3dvcmQ='],
    ['NUL in the name', basic('platform\0', 'platform-password')],
  ])('with %s, whatever else is wrong, and is told how to sign in (AUTH 14-22)', async (_what, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answers = [
      ...(await everywhere({ ...GOOD_VERSION, ...headers })),
      ...(await everywhere(headers)),
      ...(await everywhere({ ...GOOD_VERSION, ...headers }, { raw: '{"broken":' })),
      await bare.request('PUT', '/v2/service_instances/a%00b', { headers, raw: 'x'.repeat(2_000_000) }),
      await bare.request('GET', '/v2/no/such/route', { headers }),
    ];
    for (const refusal of answers) {
      expectRefusal(refusal, 401, 'Unauthorized');
      expect(refusal.headers['www-authenticate']).toBe('Basic realm="osb-gateway", charset="UTF-8"');
    }
  });

  test('with headers of 70 KB', async () => {
    const headers = { ...GOOD, 'x-broker-api-originating-identity': `kubernetes ${'A'.repeat(70_000)}` };
    for (const [method, path, ask] of REQUESTS) {
      expectRefusal(await bare.request(method, path, { ...ask, headers }), 431, 'HeaderTooLarge');
    }
  });
});

const GOOD_VERSION = { 'x-broker-api-version': '2.17' };

test.each(['2.11', '2.12', '2.13', '2.14', '2.15', '2.16', '2.17', '2.99', '2.100', ' 2.17 '])('version %p is served (HDR 1, 2, 8)', async (version) => {
  const headers = { authorization: GOOD.authorization, 'X-BROKER-API-VERSION': version };
  expect((await bare.request('GET', '/v2/catalog', { headers })).status).toBe(200);
});

test.each(['//v2/catalog', '///v2/catalog', '//v2/service_instances/i', '//v2/service_instances/i/last_operation'])(
  '%s is served: Cloud Foundry glues a base URL with a slash at its end to the path',
  async (path) => {
    expect((await bare.request('GET', path, { headers: GOOD })).status).toBe(200);
  },
);

test('//v2 needs credentials like /v2', async () => {
  expectRefusal(await bare.request('GET', '//v2/catalog', { headers: GOOD_VERSION }), 401, 'Unauthorized');
});

describe('the originating identity', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

  test.each([
    ['of Cloud Foundry', `cloudfoundry ${encode({ user_id: 'u' })}`],
    ['of Kubernetes, 20 KB of it (OID 34)', `kubernetes ${encode({ username: 'u', groups: Array.from({ length: 1_000 }, (_n, i) => `group-${i}`) })}`],
    ['of an unknown platform (OID 31)', 'acme e30='],
    ['without padding (OID 35)', 'acme e30'],
  ])('%s reaches the backend byte for byte', async (what, identity) => {
    const headers = { 'x-broker-api-originating-identity': identity };
    expect((await osb.provision(what, simulator.plan('sync'), {}, { headers })).status).toBe(201);
    expect(simulator.changes(what).map(({ originatingIdentity }) => originatingIdentity)).toEqual([identity]);
  });

  test.each(['cloudfoundry', 'e30=', 'acme !!!', `acme ${encode('text')}`, `acme ${encode([1])}`, 'acme  '])(
    'in a form the spec does not know, such as %p, is left out: the request goes on',
    async (identity) => {
      const headers = { 'x-broker-api-originating-identity': identity };
      expect((await osb.provision(`malformed ${identity}`, simulator.plan('sync'), {}, { headers })).status).toBe(201);
      expect(simulator.changes(`malformed ${identity}`)[0]).not.toHaveProperty('originatingIdentity');
    },
  );

  test('is not sent with polls and clean-ups the gateway makes by itself (G44)', async () => {
    const headers = { 'x-broker-api-originating-identity': 'acme e30=' };
    const ask = { headers, acceptsIncomplete: true };
    const { body } = await osb.provision('polled', simulator.plan('failing'), {}, ask);
    await osb.ended('polled', body['operation']);
    const asked = simulator.ledger.calls.filter(({ instanceId }) => instanceId === 'polled');
    const own = asked.filter(({ verb }) => verb !== 'provision').map(({ originatingIdentity }) => originatingIdentity);
    expect([own.length > 0, own.filter(Boolean)]).toEqual([true, []]);
  });
});

describe('the request identity', () => {
  const identity = 'not-a-guid 1';
  const headers = { ...GOOD, 'x-broker-api-request-identity': identity };
  const [instance, binding] = ['/v2/service_instances/i', '/v2/service_instances/i/service_bindings/b'];
  const create = { ...ids, organization_guid: 'org', space_guid: 'space' };

  test.each<[number, string, string, Ask]>([
    [200, 'GET', '/v2/catalog', {}],
    [200, 'PUT', instance, { body: create }],
    [201, 'PUT', '/v2/service_instances/fresh', { body: create }],
    [202, 'PUT', '/v2/service_instances/later?accepts_incomplete=true', { body: { ...create, plan_id: 'simulator-async' } }],
    [400, 'PUT', instance, { raw: '[' }],
    [400, 'GET', '/v2/service_instances/%00', {}],
    [401, 'GET', instance, { headers: { ...headers, authorization: 'Basic eDp5' } }],
    [404, 'GET', '/v2/service_instances/unknown', {}],
    [404, 'GET', '/v2/no/such/route', {}],
    [409, 'PUT', instance, { body: { ...create, space_guid: 'other' } }],
    [410, 'DELETE', '/v2/service_instances/unknown', { query }],
    [412, 'GET', binding, { headers: { ...headers, 'x-broker-api-version': '3.0' } }],
    [413, 'PUT', binding, { raw: `{"a":"${'x'.repeat(2_000_000)}"}` }],
    [422, 'PATCH', instance, { body: { service_id: ids.service_id, maintenance_info: { version: '9.9.9' } } }],
    [502, 'PUT', '/v2/service_instances/broken', { body: { ...create, parameters: { simulate: { failWith: { status: 502 } } } } }],
  ])('comes back on a %d (RID 37-39)', async (status, method, path, ask) => {
    const answer = await bare.request(method, path, { headers, ...ask });
    expect([answer.status, answer.headers['x-broker-api-request-identity']]).toEqual([status, identity]);
  });

  test('reaches the backend, and is no key: the same one may come with other requests (G45, RID 41)', async () => {
    for (const id of ['first', 'second']) expect((await osb.provision(id, simulator.plan('sync'), {}, { headers })).status).toBe(201);
    expect([...simulator.changes('first'), ...simulator.changes('second')].map(({ requestIdentity }) => requestIdentity)).toEqual([identity, identity]);
  });

  test.each(['', 'x'.repeat(2_000), 'gr\u00fc\u00dfe'])('of %p does not come back, and does no harm (RID 42, 43)', async (odd) => {
    const answer = await bare.request('GET', '/v2/catalog', { headers: { ...GOOD, 'x-broker-api-request-identity': odd } });
    expect([answer.status, answer.headers['x-broker-api-request-identity']]).toEqual([200, undefined]);
  });
});
