import { basic } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('modern');
  ({ osb } = stage);
});
beforeEach(() => broker.forget());
afterAll(() => stage.stop());

const VERSION = 'x-broker-api-version';
const IDENTITY = 'x-broker-api-originating-identity';
const REQUEST = 'x-broker-api-request-identity';

test('G39: every backend hears the version it is registered with, whatever version the platform speaks', async () => {
  const old = await stage.backend('old', {}, { settings: { apiVersion: '2.14' } });
  const korifi = stage.gateway.osb(undefined, '2.17');
  const serviceCatalog = stage.gateway.osb(undefined, '2.13');
  for (const [client, id] of [[korifi, 'g39-new'], [serviceCatalog, 'g39-old']] as const) {
    for (const { plan } of [broker, old]) expect((await client.provision(`${id}-${plan.planId}`, plan)).status).toBe(201);
  }
  expect(broker.asked('PUT', 'instance').map(({ headers }) => headers[VERSION])).toEqual(['2.17', '2.17']);
  expect(old.asked('PUT', 'instance').map(({ headers }) => headers[VERSION])).toEqual(['2.14', '2.14']);
});

test('G40: a backend that does not want the version is a fault of the gateway, not of the platform', async () => {
  broker.when('PUT', 'instance', reply(412, { description: 'I want 2.18' }));
  const { status, body } = await osb.provision('g40', broker.plan);
  expect([status, body.description]).toEqual([502, expect.not.stringContaining('2.18')]);
  expect((await osb.fetch('g40')).status).toBe(404);
});

test('G41: a rotation is not sent to a backend that would make a plain binding of it', async () => {
  await osb.provision('g41', broker.plan);
  await osb.bind('g41', 'first', broker.plan);
  const { status } = await osb.bind('g41', 'second', broker.plan, { predecessor_binding_id: 'first' });
  expect(status).toBe(400);
  expect(broker.asked('PUT', 'binding')).toHaveLength(1);
});

test('G42: a client of 2.13 gets its binding at once, or is told that it cannot have it', async () => {
  const late = reply(202, { operation: 'o' });
  const client = stage.gateway.osb(undefined, '2.13');
  await osb.provision('g42', broker.plan);
  expect((await client.bind('g42', 'now', broker.plan, {}, { acceptsIncomplete: true })).status).toBe(201);
  broker.when('PUT', 'binding', late);
  const { status } = await client.bind('g42', 'late', broker.plan, {}, { acceptsIncomplete: true });
  expect(status).not.toBe(202);
});

test('G44, P36: who a request is from goes to the backend byte for byte, and with nothing the gateway asks by itself', async () => {
  const identity = `cloudfoundry ${Buffer.from(JSON.stringify({ user_id: 'ü', more: 'x'.repeat(20_000) })).toString('base64')}`;
  broker.when('PUT', 'instance', reply(202, { operation: 'o' }));
  const { body } = await osb.provision('g44', broker.plan, {}, { acceptsIncomplete: true, headers: { [IDENTITY]: identity } });
  await osb.ended('g44', body.operation);
  expect(broker.asked('PUT', 'instance').map(({ headers }) => headers[IDENTITY])).toEqual([identity]);
  expect(broker.asked('GET', 'last operation').map(({ headers }) => headers[IDENTITY])).toEqual([undefined]);
});

test('G45: the request identity is the platform’s on both sides, and one of the gateway’s own where it asks by itself', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' }, { [REQUEST]: 'of-the-backend' }));
  const { headers, body } = await osb.provision('g45', broker.plan, {}, { acceptsIncomplete: true, headers: { [REQUEST]: 'of-the-platform' } });
  await osb.ended('g45', body.operation);
  expect(headers[REQUEST]).toBe('of-the-platform');
  expect(broker.asked('PUT', 'instance').map((request) => request.headers[REQUEST])).toEqual(['of-the-platform']);
  expect(broker.asked('GET', 'last operation').map((request) => request.headers[REQUEST])).toEqual([expect.stringMatching(/^[\da-f-]{36}$/)]);
});

test('G45: errors carry the request identity, too', async () => {
  const { status, headers } = await osb.fetch('g45-unknown', { headers: { [REQUEST]: 'asked' } });
  expect([status, headers[REQUEST]]).toEqual([404, 'asked']);
});

test('G46: neither the platform’s login nor its cookies reach a backend', async () => {
  const { username, password } = broker.settings;
  await osb.provision('g46', broker.plan, {}, { headers: { cookie: 'a=b', 'x-forwarded-for': '10.0.0.1' } });
  const [request] = broker.asked('PUT', 'instance');
  expect(request?.headers['authorization']).toBe(basic(username, password));
  expect(Object.keys(request?.headers ?? {})).not.toEqual(expect.arrayContaining(['cookie']));
  expect(Object.keys(request?.headers ?? {})).not.toEqual(expect.arrayContaining(['x-forwarded-for']));
});

test('G47: of the headers of a backend the platform sees none but Retry-After', async () => {
  const headers = { 'set-cookie': 'a=b', 'www-authenticate': 'Basic', location: '/x', server: 'acme', 'x-acme': '1', 'retry-after': '7' };
  broker.when('PUT', 'instance', reply(429, { description: 'Slow down.' }, headers));
  const answer = await osb.provision('g47', broker.plan);
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '7']);
  for (const name of ['set-cookie', 'www-authenticate', 'location', 'server', 'x-acme']) expect(answer.headers[name]).toBeUndefined();
});

test('G48: a backend that sends elsewhere is not followed', async () => {
  const elsewhere = await stage.broker('elsewhere');
  broker.when('PUT', 'instance', reply(302, {}, { location: `${elsewhere.settings.url}/v2/service_instances/g48` }));
  expect((await osb.provision('g48', broker.plan)).status).toBe(502);
  expect(elsewhere.changes).toEqual([]);
});
