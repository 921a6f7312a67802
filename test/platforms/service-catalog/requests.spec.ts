import { reply } from '../../support/stub-broker.js';
import { CLUSTER } from './broker-client.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
afterEach(() => stubbed.stop());

const IDENTITY = `kubernetes ${Buffer.from(JSON.stringify(CLUSTER.user)).toString('base64')}`;

const CONTEXT = { clusterid: CLUSTER.id, instance_name: 'orders-db', namespace: 'orders', platform: 'kubernetes' };

describe('what goes over the wire', () => {
  test('headers of a Go program, with the user on everything but the catalog and a binding that is fetched', async () => {
    stubbed = await Stubbed.start();
    const authorization = 'Basic azhzOnBhc3M6d29yZA==';
    const common = { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip', 'x-broker-api-version': '2.14', authorization };
    expect(stubbed.lastOf('GET')).toMatchObject({ url: '/v2/catalog', headers: common });
    expect(Object.keys(stubbed.lastOf('GET').headers)).toHaveLength(4);
    await stubbed.withInstance();
    expect(stubbed.lastOf('PUT').headers).toEqual({ ...common, 'content-type': 'application/json', 'x-broker-api-originating-identity': IDENTITY });
    await stubbed.cluster.deprovision('orders-db');
    expect(stubbed.lastOf('DELETE').headers).toEqual({ ...common, 'x-broker-api-originating-identity': IDENTITY });
  });

  test('a provision: the cluster and the namespace for an organization and a space, escaped as Go does it', async () => {
    stubbed = await (await Stubbed.start()).withInstance({ note: '<a & b>' });
    const { externalId } = stubbed.cluster.store.instance('orders-db');
    expect(stubbed.lastOf('PUT').url).toBe(`/v2/service_instances/${externalId}?accepts_incomplete=true`);
    expect(stubbed.lastOf('PUT').body).toContain(String.raw`\u003ca \u0026 b\u003e`);
    expect(JSON.parse(stubbed.lastOf('PUT').body)).toEqual({
      service_id: 'service-1',
      plan_id: 'plan-1',
      organization_guid: CLUSTER.id,
      space_guid: CLUSTER.namespace.uid,
      parameters: { note: '<a & b>' },
      context: CONTEXT,
    });
  });

  test('an update names only what has changed', async () => {
    stubbed = await (await Stubbed.start()).withInstance({ size: 1 });
    const bodies: unknown[] = [];
    for (const change of [{ parameters: { size: 2 } }, { planName: 'large' }, { parameters: undefined }]) {
      expect(await stubbed.cluster.update('orders-db', change)).toBe('Ready');
      bodies.push(JSON.parse(stubbed.lastOf('PATCH').body));
    }
    const context = CONTEXT;
    expect(bodies).toEqual([
      { service_id: 'service-1', parameters: { size: 2 }, context, previous_values: { plan_id: 'plan-1', service_id: 'service-1' } },
      { service_id: 'service-1', plan_id: 'plan-2', context, previous_values: { plan_id: 'plan-1', service_id: 'service-1' } },
      { service_id: 'service-1', context, previous_values: { plan_id: 'plan-2', service_id: 'service-1' } },
    ]);
  });

  test('an update at a broker of a namespace forgets the plan there was', async () => {
    stubbed = await (await Stubbed.start({ isNamespaced: true })).withInstance();
    await stubbed.cluster.update('orders-db', { planName: 'large' });
    expect(JSON.parse(stubbed.lastOf('PATCH').body)).toMatchObject({ plan_id: 'plan-2', previous_values: { service_id: 'service-1' } });
    expect(stubbed.lastOf('PATCH').body).not.toContain('plan-1');
  });

  test('a bind and an unbind do not accept to wait', async () => {
    stubbed = await (await Stubbed.start()).withInstance();
    await stubbed.cluster.bind('orders-db', 'web', { parameters: { role: 'readonly' } });
    const [instanceId, bindingId] = [stubbed.cluster.store.instance('orders-db').externalId, stubbed.cluster.store.binding('web').externalId];
    const path = `/v2/service_instances/${instanceId}/service_bindings/${bindingId}`;
    expect(stubbed.lastOf('PUT').url).toBe(path);
    const ids = { service_id: 'service-1', plan_id: 'plan-1' };
    const bind_resource = { app_guid: CLUSTER.namespace.uid };
    expect(JSON.parse(stubbed.lastOf('PUT').body)).toEqual({ ...ids, parameters: { role: 'readonly' }, bind_resource, context: CONTEXT });
    await stubbed.cluster.unbind('web');
    expect(stubbed.lastOf('DELETE').url).toBe(`${path}?plan_id=plan-1&service_id=service-1`);
  });

  test('with the gate open they do, and the credentials are fetched without a query', async () => {
    stubbed = await (await Stubbed.start({ asyncBindings: true })).withInstance();
    stubbed.next('PUT', reply(202, { operation: 'b-1' })).next('GET', reply(200, { state: 'in progress' }));
    stubbed.next('GET', reply(200, { state: 'succeeded' }), reply(200, { credentials: { password: 'p' } }));
    expect(await stubbed.cluster.bind('orders-db', 'web')).toBe('Ready');
    expect(stubbed.lastOf('PUT').url).toMatch(/\/service_bindings\/[-0-9a-f]+\?accepts_incomplete=true$/);
    expect(stubbed.sent('GET').at(-2)).toMatch(/\/last_operation\?operation=b-1&plan_id=plan-1&service_id=service-1$/);
    expect(stubbed.sent('GET').at(-1)).toMatch(/\/service_bindings\/[-0-9a-f]+$/);
    expect(stubbed.lastOf('GET').headers).not.toHaveProperty('x-broker-api-originating-identity');
    expect(stubbed.cluster.secret('web')).toEqual({ password: 'p' });
  });

  test('a poll names the plan that is wanted now, and no operation where there is none', async () => {
    stubbed = await (await Stubbed.start()).withInstance();
    stubbed.next('PATCH', reply(202)).next('GET', reply(200, { state: 'succeeded' }));
    await stubbed.cluster.update('orders-db', { planName: 'large' });
    expect(stubbed.lastOf('GET').url).toMatch(/\/last_operation\?plan_id=plan-2&service_id=service-1$/);
  });

  test('a slash at the end of the address is taken away', async () => {
    stubbed = await Stubbed.start();
    const slashed = await Stubbed.start({ url: `${stubbed.broker.url}/` });
    await slashed.cluster.relist();
    expect(stubbed.sent('GET')).toContain('/v2/catalog');
    await slashed.stop();
  });
});
