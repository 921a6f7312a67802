import { bytesAnswer } from '../../conformance/wire/bytes.js';
import { TestGateway } from '../../support/gateway.js';
import { basic } from '../../support/http-client.js';

let gateway: TestGateway;
let plan: { readonly serviceId: string; readonly planId: string };

beforeAll(async () => {
  gateway = await TestGateway.start();
  plan = await gateway.plan('demo', 'demo');
});
afterAll(() => gateway.stop());

const HEADERS = { authorization: basic('platform', 'platform-password'), 'x-broker-api-version': '2.15' };
const LINES = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}\r\n`).join('');
const send = (request: string, headers: string, body = '') =>
  bytesAnswer(new URL(gateway.url), `${request} HTTP/1.1\r\nhost: gateway\r\n${LINES}${headers}\r\n${body}`, 10_000);
const chunked = (text: string): string => `${[...text.matchAll(/.{1,20}/g)].map(([part]) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;

test.each(['/', '/v2', '/v2/', '/v2/catalog/', '//v2//catalog', '/v2/catalog?a=b', '/broker/v2/catalog', '/v2/service_instances/i/', 'http://elsewhere/v2/catalog'])(
  'P3: nobody is sent elsewhere from %s',
  async (path) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, body } = await send(`${method} ${path}`, 'connection: close\r\ncontent-length: 0\r\n');
      expect(status < 300 || status >= 400).toBe(true);
      expect(body).toEqual(expect.any(Object));
    }
  },
);

test('P4: a body in chunks is read to its end, and nobody has to say what he accepts', async () => {
  const body = JSON.stringify({ service_id: plan.serviceId, plan_id: plan.planId, organization_guid: 'org', space_guid: 'space', parameters: { size: 1 } });
  const headers = 'connection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n';
  expect((await send('PUT /v2/service_instances/chunked', headers, chunked(body))).status).toBe(201);
  expect((await gateway.osb().provision('chunked', plan, { parameters: { size: 1 } })).status).toBe(200);
  expect((await send(`DELETE /v2/service_instances/chunked?service_id=${plan.serviceId}&plan_id=${plan.planId}`, 'connection: close\r\ncontent-type: application/json\r\n')).status).toBe(200);
});

test('P40: a connection is kept for longer than a Go client keeps it, whatever was answered on it', async () => {
  const asks = ['GET /v2/nothing', 'PUT /v2/service_instances/i', 'GET /v2/service_instances/i', `PUT /v2/service_instances/${'x'.repeat(2_000)}`, 'GET /v2/catalog'];
  const requests = asks.map((ask, index) => `${ask} HTTP/1.1\r\nhost: gateway\r\n${LINES}content-length: 0\r\n${index < asks.length - 1 ? '' : 'connection: close\r\n'}\r\n`);
  const first = await bytesAnswer(new URL(gateway.url), requests.join(''), 10_000);
  expect([first.status, ...[...first.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))]).toEqual([404, 400, 404, 400, 200]);
  expect(Number(/^timeout=(\d+)$/.exec(String(first.header('keep-alive')))?.[1])).toBeGreaterThan(90);
});

test('P40: who offers HTTP/2 is answered over HTTP/1.1, and who begins with it is told no', async () => {
  const upgrade = 'connection: Upgrade, HTTP2-Settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n';
  expect((await send('GET /v2/catalog', upgrade)).status).toBe(200);
  const { status, body } = await bytesAnswer(new URL(gateway.url), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 10_000);
  expect([status, body]).toEqual([400, { error: 'BadRequest', description: expect.any(String) }]);
});
