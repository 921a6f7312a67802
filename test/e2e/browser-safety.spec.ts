import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { TestGateway } from '../support/gateway.js';
import { basic } from '../support/http-client.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const ADMIN = { authorization: basic('admin', 'admin-password') };
const PLATFORM = { authorization: basic('platform', 'platform-password'), 'x-broker-api-version': '2.17' };

interface Told {
  readonly status: number | undefined;
  readonly cacheControl: string | undefined;
  readonly body: string;
}

/** As a browser sends it: fetch sets no Origin of its own choice. */
function send(method: string, path: string, headers: Record<string, string>): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const asked = request(new URL(path, gateway.url), { method, headers }, (response) => {
    const { statusCode: status, headers: received } = response;
    text(response).then((body) => resolve({ status, cacheControl: received['cache-control'], body }), reject);
  });
  asked.on('error', reject).end();
  return promise;
}

describe('a request that only a page of another site can have made', () => {
  const FOREIGN: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://other.example.com' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
  ];

  test.each(FOREIGN)('is refused with 403 where it would change something: %j', async (headers) => {
    for (const [method, path, login] of [
      ['POST', '/admin/v1/platforms', ADMIN],
      ['PUT', '/v2/service_instances/crossed', PLATFORM],
      ['DELETE', '/v2/service_instances/crossed?service_id=a&plan_id=b', PLATFORM],
    ] as const) {
      const { status, body } = await send(method, path, { ...login, ...headers });
      expect([status, JSON.parse(body)]).toEqual([403, { error: 'CrossSiteRequest', description: expect.stringContaining('another site') }]);
    }
  });

  test('may read: a browser shows the answer to nobody', async () => {
    expect((await send('GET', '/admin/v1/platforms', { ...ADMIN, 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });
});

test.each([
  ['of a platform, without any of the headers', () => ({})],
  ['of a page of the gateway itself', () => ({ origin: `http://${new URL(gateway.url).host}`, 'sec-fetch-site': 'same-origin' })],
  ['typed by a person', () => ({ 'sec-fetch-site': 'none' })],
])('a write %s is let through', async (_what, headers) => {
  const { status } = await send('DELETE', '/v2/service_instances/none?service_id=a&plan_id=b', { ...PLATFORM, ...headers() });
  expect(status).toBe(410);
});

test.each([
  ['an error of the OSB API', 'GET', '/v2/service_instances/none', PLATFORM],
  ['a refused login', 'GET', '/v2/catalog', {}],
  ['the admin API', 'GET', '/admin/v1/platforms', ADMIN],
  ['its description', 'GET', '/admin/v1/openapi.json', ADMIN],
  ['health', 'GET', '/health/live', {}],
  ['metrics', 'GET', '/metrics', ADMIN],
  ['what is not there', 'GET', '/nothing', {}],
  ['a malformed path', 'GET', '/v2/service_instances/%zz', PLATFORM],
])('no cache may keep %s', async (_what, method, path, headers) => {
  expect((await send(method, path, headers)).cacheControl).toBe('no-store');
});

test('the catalog may be kept: it has an ETag', async () => {
  const { status, cacheControl } = await send('GET', '/v2/catalog', PLATFORM);
  expect(status).toBe(200);
  expect(cacheControl).not.toBe('no-store');
});
