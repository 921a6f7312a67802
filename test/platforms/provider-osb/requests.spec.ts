import { reply } from '../../support/stub-broker.js';
import { IDENTITY } from './broker-client.js';
import { HOME } from './provider-osb.js';
import { FETCHED, PLAN, Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start({ rotates: true });
});
afterEach(() => stubbed.stop());

const HEADERS = {
  'user-agent': 'Go-http-client/1.1',
  'accept-encoding': 'gzip',
  'x-broker-api-version': '2.17',
  authorization: 'Basic cG9zYjpwYXNzOndvcmQ=',
  'x-broker-api-request-identity': expect.stringMatching(/^[-0-9a-f]{36}$/),
};
const WITH_BODY = { ...HEADERS, 'content-type': 'application/json' };
const NAMED = { 'x-broker-api-originating-identity': IDENTITY };
const CONTEXT = { platform: 'kubernetes', namespace: 'shop', clusterId: 'cluster-1', instanceName: 'orders' };
const QUERY = `plan_id=${PLAN.plan_id}&service_id=service-1`;
const ORDERS = { name: 'orders', instanceId: 'instance-1', plan: PLAN };
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

describe('what goes over the wire', () => {
  test('of an instance: a GET that names nothing, and a provision that nobody asked for', async () => {
    const instance = stubbed.apply();
    stubbed.otherwise('GET', reply(200, FETCHED));
    await stubbed.provider.synced(instance);
    const path = `/v2/service_instances/${instance.instanceId}`;
    expect(stubbed.lastOf('GET')).toMatchObject({ url: `${path}?plan_id=&service_id=`, headers: HEADERS });
    expect(stubbed.lastOf('PUT')).toMatchObject({ url: `${path}?accepts_incomplete=true`, headers: WITH_BODY });
    expect(JSON.parse(stubbed.lastOf('PUT').body)).toEqual({ ...PLAN, ...HOME, parameters: { size: 1 }, context: CONTEXT });
    stubbed.provider.changeInstance('orders', { parameters: '{"size":2}' });
    await stubbed.provider.until(() => stubbed.sent('PATCH').length > 0);
    expect(stubbed.lastOf('PATCH')).toMatchObject({ url: `${path}?accepts_incomplete=true`, headers: { ...WITH_BODY, ...NAMED } });
    expect(JSON.parse(stubbed.lastOf('PATCH').body)).toEqual({ ...PLAN, parameters: { size: 2 }, context: CONTEXT });
    await stubbed.provider.delete(instance);
    expect(stubbed.lastOf('DELETE')).toMatchObject({ url: `${path}?accepts_incomplete=true&${QUERY}`, body: '', headers: { ...HEADERS, ...NAMED } });
  });

  test.each([
    ['op 1/2', `?operation=op+1%2F2&${QUERY}`],
    ['', `?${QUERY}`],
  ])('of a poll of an instance for the operation %j', async (operation, query) => {
    const instance = stubbed.apply();
    stubbed.next('PUT', reply(202, { operation })).otherwise('GET', reply(200, { state: 'failed' }));
    await stubbed.provider.until(() => instance.state === 'failed');
    const poll = stubbed.broker.requests.find(({ url }) => url.includes('/last_operation'));
    expect(poll?.url.replace(/^.*last_operation/, '')).toBe(query);
    expect(poll?.headers).toMatchObject(NAMED);
  });

  test('of a binding: its name for an id, and an empty route, as there is a route always', async () => {
    stubbed.next('GET', reply(404)).otherwise('GET', reply(200, FETCHED));
    const binding = stubbed.provider.applyBinding('orders-web', ORDERS, { parameters: '{"size":1}', appGuid: 'app-1' });
    await stubbed.provider.synced(binding);
    const path = '/v2/service_instances/instance-1/service_bindings/orders-web';
    expect(stubbed.lastOf('PUT')).toMatchObject({ url: `${path}?accepts_incomplete=true`, headers: { ...WITH_BODY, ...NAMED } });
    expect(JSON.parse(stubbed.lastOf('PUT').body)).toEqual({ ...PLAN, parameters: { size: 1 }, bind_resource: { app_guid: 'app-1', route: '' }, context: CONTEXT });
    expect(stubbed.lastOf('GET')).toMatchObject({ url: `${path}?plan_id=&service_id=`, headers: HEADERS });
    stubbed.next('DELETE', (...call) => {
      stubbed.otherwise('GET', reply(404));
      reply(200)(...call);
    });
    expect(await stubbed.provider.delete(binding)).toBe('deleted');
    expect(stubbed.lastOf('DELETE')).toMatchObject({ url: `${path}?accepts_incomplete=true&${QUERY}`, headers: { ...HEADERS, ...NAMED } });
  });

  test('of a poll of a binding: its operation, even one without a name', async () => {
    stubbed.next('GET', reply(404)).next('PUT', reply(202)).otherwise('GET', reply(200, { state: 'in progress' }));
    stubbed.provider.applyBinding('orders-web', ORDERS);
    await stubbed.provider.until(() => stubbed.story.includes('poll 200'));
    expect(stubbed.lastOf('GET')).toMatchObject({ headers: { ...HEADERS, ...NAMED } });
    expect(stubbed.lastOf('GET').url).toBe(`/v2/service_instances/instance-1/service_bindings/orders-web/last_operation?operation=&${QUERY}`);
  });

  test('of a rotation: a new id, and nothing but the predecessor', async () => {
    stubbed.otherwise('GET', reply(200, { metadata: { renew_before: inHours(-1), expires_at: inHours(1) } }));
    stubbed.provider.applyBinding('orders-web', ORDERS);
    await stubbed.provider.until(() => stubbed.story.includes('PUT 200'));
    expect(stubbed.lastOf('PUT')).toMatchObject({ body: '{"predecessor_binding_id":"orders-web"}', headers: { ...WITH_BODY, ...NAMED } });
    expect(stubbed.lastOf('PUT').url).toMatch(/^\/v2\/service_instances\/instance-1\/service_bindings\/[-0-9a-f]{36}\?accepts_incomplete=true$/);
  });

  test('nothing is asked for a catalog', () => {
    expect(stubbed.story).toEqual([]);
  });
});
