import { request } from 'undici';
import { TestGateway } from '../support/gateway.js';
import { basic, type Answer, type Ask } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { recorded, type Recorded } from './recorded.js';
import { expectRefusal } from './refusals.js';
import { simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;
let before: { readonly calls: number; readonly recorded: Recorded };

const ids = { service_id: 'simulator-service', plan_id: 'simulator-sync' };
const BODIES = {
  PUT: { path: '/v2/service_instances/new', method: 'PUT', body: { ...ids, organization_guid: 'o', space_guid: 's' } },
  PATCH: { path: '/v2/service_instances/i', method: 'PATCH', body: { service_id: ids.service_id } },
  bind: { path: '/v2/service_instances/i/service_bindings/new', method: 'PUT', body: ids },
} as const;
type Route = keyof typeof BODIES;
const ROUTES = Object.keys(BODIES) as Route[];

const send = (route: Route, ask: Ask): Promise<Answer> => osb.http.request(BODIES[route].method, BODIES[route].path, ask);
const sendWith = (route: Route, changes: Record<string, unknown>): Promise<Answer> =>
  send(route, { body: { ...BODIES[route].body, ...changes } });
/** The good body of a route as text, with these members behind it. */
const textWith = (route: Route, members: string): string => `${JSON.stringify(BODIES[route].body).slice(0, -1)},${members}}`;

beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
  simulator = await simulatorInGateway(gateway, 'simulator');
  await osb.provision('i', simulator.plan('sync'));
  await osb.bind('i', 'b', simulator.plan('sync'));
});
afterAll(() => gateway.stop());
beforeEach(async () => {
  before = { calls: simulator.ledger.calls.length, recorded: await recorded(gateway.database) };
});
afterEach(async () => {
  expect({ calls: simulator.ledger.calls.length, recorded: await recorded(gateway.database) }).toEqual(before);
});

describe.each(ROUTES)('the body of %s', (route) => {
  test.each([
    ['nothing', ''],
    ['blanks', '  \n'],
    ['half an object', '{"service_id":"x"'],
    ['an object with a missing value', '{"service_id":}'],
    ['two objects', '{}{}'],
    ['single quotes', "{'service_id':'x'}"],
    ['a bare word', 'service_id'],
    ['an array', '[]'],
    ['an array around a good body', `[${JSON.stringify(BODIES[route].body)}]`],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"x"'],
    ['true', 'true'],
    ['bytes that are no UTF-8 text', Buffer.from([0xff, 0xfe, 0x7b])],
  ])('may not be %s', async (_what, raw) => {
    expectRefusal(await send(route, { raw }), 400, 'BadRequest');
  });

  test.each([
    ['the key __proto__', '"parameters":{"__proto__":{"polluted":1}}'],
    ['the key __proto__, escaped', '"__pr\\u006fto__":{}'],
    ['U+0000 in a value', '"parameters":{"a":"\\u0000"}'],
    ['U+0000 in a key', '"context":{"a\\u0000":1}'],
    ['arrays without end', `"parameters":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['objects without end', `"x":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['a number of 60,002 digits', `"parameters":{"a":1${'0'.repeat(60_000)}1}`],
    ['an exponent of 900,000 digits', `"parameters":{"a":1e${'9'.repeat(900_000)}}`],
    ['more than 20,000 values', `"context":{"a":[${'0,'.repeat(20_000)}0]}`],
    ['65 levels', `"parameters":${'{"a":'.repeat(64)}1${'}'.repeat(64)}`],
  ])('may not hold %s', async (_what, members) => {
    expectRefusal(await send(route, { raw: textWith(route, members) }), 400, 'BadRequest');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('may not be larger than 1 MB', async () => {
    expectRefusal(await sendWith(route, { parameters: { a: 'x'.repeat(2_000_000) } }), 413, 'PayloadTooLarge');
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml', 'nonsense'])(
    'may not be %s (BODY 48)',
    async (type) => {
      const raw = JSON.stringify(BODIES[route].body);
      expectRefusal(await send(route, { raw, headers: { 'content-type': type } }), 400, 'BadRequest');
    },
  );

  test('needs a content type (BODY 47)', async () => {
    const { method, path, body } = BODIES[route];
    const headers = { authorization: basic('platform', 'platform-password'), 'x-broker-api-version': '2.17' };
    const { statusCode, body: answer } = await request(gateway.url + path, { method, headers, body: JSON.stringify(body) });
    expect([statusCode, await answer.json()]).toEqual([400, { error: 'BadRequest', description: expect.any(String) }]);
  });

  test.each(['parameters', 'context'])('has an object for %s', async (member) => {
    for (const wrong of [1, 'x', [], [{}], true]) expectRefusal(await sendWith(route, { [member]: wrong }), 400, 'BadRequest');
  });
});

const REQUIRED_TEXTS: [Route, string][] = [
  ['PUT', 'service_id'],
  ['PUT', 'plan_id'],
  ['PUT', 'organization_guid'],
  ['PUT', 'space_guid'],
  ['PATCH', 'service_id'],
  ['bind', 'service_id'],
  ['bind', 'plan_id'],
];

test.each(REQUIRED_TEXTS)('%s needs a text for %s, and says so (PRV 237-240, UPD 287, BND 328, 329)', async (route, member) => {
  for (const wrong of [undefined, null, '', 1, 1.5, true, [], ['x'], {}, 'x'.repeat(1_025), 'x\ud800']) {
    const refusal = await sendWith(route, { [member]: wrong });
    expectRefusal(refusal, 400, 'BadRequest');
    expect(refusal.body['description']).toContain(member);
  }
});

test.each<[Route, string, unknown[]]>([
  ['PUT', 'maintenance_info', [1, 'x', [], true, { version: 1 }, { version: null }]],
  ['PATCH', 'plan_id', ['', 1, [], {}, true]],
  ['PATCH', 'maintenance_info', [1, 'x', [], true, { version: 1 }]],
  ['PATCH', 'previous_values', [1, 'x', [], true]],
  ['bind', 'app_guid', [1, [], {}, true]],
  ['bind', 'bind_resource', [1, 'x', [], true, { app_guid: 1 }, { route: [] }]],
  ['bind', 'predecessor_binding_id', ['', 1, [], {}]],
])('%s does not take just anything for %s (BODY 58)', async (route, member, values) => {
  for (const wrong of values) expectRefusal(await sendWith(route, { [member]: wrong }), 400, 'BadRequest');
});

test.each<[string, Route, Record<string, unknown>]>([
  ['a service nobody offers (PRV 241)', 'PUT', { service_id: 'nobodys' }],
  ['a plan nobody offers (PRV 242)', 'PUT', { plan_id: 'nobodys' }],
  ['a plan of another service (PRV 243)', 'PUT', { plan_id: 'dcb86c66-274e-44c0-941d-d78cacd12ccc' }],
  ['another service than that of the instance (UPD 290)', 'PATCH', { service_id: 'b98aea8a-9961-44bc-b68e-627b5d495a94' }],
  ['a plan nobody offers (UPD 293)', 'PATCH', { plan_id: 'nobodys' }],
  ['a plan of another service (UPD 293)', 'PATCH', { plan_id: 'dcb86c66-274e-44c0-941d-d78cacd12ccc' }],
  ['another service than that of the instance (BND 330)', 'bind', { service_id: 'b98aea8a-9961-44bc-b68e-627b5d495a94' }],
  ['another plan than that of the instance (BND 330)', 'bind', { plan_id: 'simulator-async' }],
])('%s is refused: %s', async (_what, route, changes) => {
  expectRefusal(await sendWith(route, changes), 400, 'BadRequest');
});

test.each([
  ['without ids', ''],
  ['without service_id', '?plan_id=simulator-sync'],
  ['without plan_id', '?service_id=simulator-service'],
  ['with an empty service_id', '?service_id=&plan_id=simulator-sync'],
  ['with an empty plan_id', '?service_id=simulator-service&plan_id='],
  ['with service_id twice', '?service_id=simulator-service&service_id=simulator-service&plan_id=simulator-sync'],
  ['with plan_id twice', '?service_id=simulator-service&plan_id=simulator-sync&plan_id=other'],
  ['of another service', '?service_id=b98aea8a-9961-44bc-b68e-627b5d495a94&plan_id=simulator-sync'],
])('a delete %s is refused, of an instance and of a binding (UNB 400, 401, 408, DEP 417, 418, 425)', async (_how, query) => {
  for (const path of ['/v2/service_instances/i', '/v2/service_instances/i/service_bindings/b']) {
    expectRefusal(await osb.http.request('DELETE', path + query), 400, 'BadRequest');
  }
});

test('a delete with its ids in a body is refused (DEP 430)', async () => {
  expectRefusal(await osb.http.request('DELETE', '/v2/service_instances/i', { body: ids }), 400, 'BadRequest');
});

test('a delete or read with a JSON content type and no body is fine (Korifi sends them)', async () => {
  const headers = { 'content-type': 'application/json' };
  expect((await osb.fetchBinding('i', 'b', { headers })).status).toBe(200);
  expect((await osb.deprovision('never-was', simulator.plan('sync'), { headers })).status).toBe(410);
});

test('an operation given twice is refused, and an empty one counts as absent (URL 72, 73)', async () => {
  for (const path of ['/v2/service_instances/i/last_operation', '/v2/service_instances/i/service_bindings/b/last_operation']) {
    expectRefusal(await osb.http.request('GET', `${path}?operation=a&operation=b`), 400, 'BadRequest');
    expect((await osb.http.request('GET', `${path}?operation=`)).body).toEqual({ state: 'succeeded' });
    for (const unknown of ['nonsense', 'provision', '%00', '%F0%9F%98%80', 'x'.repeat(10_000)]) {
      expectRefusal(await osb.http.request('GET', `${path}?operation=${unknown}`), 404, 'NotFound');
    }
  }
});

test('a read that names another service, or one twice, is refused; the plan may be an old one (GIN 279, URL 72)', async () => {
  const path = '/v2/service_instances/i';
  expectRefusal(await osb.http.request('GET', `${path}?service_id=another`), 400, 'BadRequest');
  for (const each of ['', '/last_operation', '/service_bindings/b', '/service_bindings/b/last_operation']) {
    expectRefusal(await osb.http.request('GET', `${path}${each}?service_id=simulator-service&service_id=another`), 400, 'BadRequest');
  }
  for (const each of ['/last_operation', '/service_bindings/b']) {
    expect((await osb.http.request('GET', `${path}${each}?service_id=&plan_id=old`)).status).toBe(200);
  }
});

test.each([
  ['GET', '/v2'],
  ['GET', '/v2/nothing'],
  ['GET', '/v2/service_instances'],
  ['POST', '/v2/service_instances/i'],
  ['PATCH', '/v2/service_instances/i/service_bindings/b'],
  ['DELETE', '/v2/catalog'],
  ['PUT', '/v2/service_instances/i/last_operation'],
  ['GET', '/v2/service_instances/i/service_bindings/b/more/of/it'],
])('there is no %s %s (URL 74)', async (method, path) => {
  const answer = await osb.http.request(method, path);
  expect([404, 405]).toContain(answer.status);
  expectRefusal(answer, answer.status);
});
