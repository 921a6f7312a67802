import { reply } from '../../support/stub-broker.js';
import { HOME } from './broker-client.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start();
});
afterEach(() => stubbed.stop());

const HEADERS = {
  'user-agent': 'Go-http-client/1.1',
  'accept-encoding': 'gzip',
  'content-type': 'application/json',
  'x-broker-api-version': '2.17',
  authorization: 'Basic Y2Y6cGFzczp3b3Jk',
};
const PLAN = { service_id: 'service-1', plan_id: 'plan-1' };

describe('what goes over the wire', () => {
  test('the same headers always: a content type without a body too, and nobody who asks', async () => {
    await stubbed.withInstance();
    await stubbed.cf.deleteService('orders-db');
    for (const method of ['GET', 'PUT', 'DELETE']) expect(stubbed.lastOf(method).headers).toEqual(HEADERS);
    expect(stubbed.sent('GET')).toEqual(['/v2/catalog']);
  });

  test('a provision has no context, and null for parameters there are not', async () => {
    await stubbed.withInstance();
    const { guid } = stubbed.cf.database.instance('orders-db');
    expect(stubbed.lastOf('PUT').url).toBe(`/v2/service_instances/${guid}?accepts_incomplete=true`);
    expect(JSON.parse(stubbed.lastOf('PUT').body)).toEqual({ ...PLAN, ...HOME, parameters: null });
    await stubbed.cf.deleteService('orders-db');
    const url = `/v2/service_instances/${guid}?accepts_incomplete=true&plan_id=plan-1&service_id=service-1`;
    expect(stubbed.lastOf('DELETE')).toMatchObject({ url, body: '' });
  });

  test.each([
    ['an app', 'app-7', { a: 1 }, { app_guid: 'app-7', bind_resource: { app_guid: 'app-7' }, parameters: { a: 1 } }],
    ['a key', undefined, undefined, { app_guid: '', bind_resource: { app_guid: '' }, parameters: null }],
  ])('a bind of %s', async (_of, app, parameters, members) => {
    await stubbed.withInstance();
    if (app === undefined) await stubbed.cf.createKey('orders-db', 'key', parameters);
    else await stubbed.cf.bindApp('orders-db', app, parameters);
    const of = app ?? 'key';
    const { instanceGuid, guid } = stubbed.cf.database.binding('orders-db', of);
    const path = `/v2/service_instances/${instanceGuid}/service_bindings/${guid}`;
    expect(stubbed.lastOf('PUT').url).toBe(`${path}?accepts_incomplete=true`);
    expect(JSON.parse(stubbed.lastOf('PUT').body)).toEqual({ ...PLAN, ...members });
    stubbed.next('GET', reply(200, { parameters: { a: 1 } }));
    expect(await stubbed.cf.bindingParameters('orders-db', of)).toEqual({ a: 1 });
    expect(stubbed.lastOf('GET').url).toBe(`${path}?plan_id=plan-1&service_id=service-1`);
    await stubbed.cf.unbind('orders-db', of);
    expect(stubbed.lastOf('DELETE').url).toBe(`${path}?accepts_incomplete=true&plan_id=plan-1&service_id=service-1`);
  });

  test.each([
    ['op 1/2', '?operation=op+1%2F2&plan_id=plan-1&service_id=service-1'],
    ['', '?plan_id=plan-1&service_id=service-1'],
  ])('a poll for the operation %j', async (operation, query) => {
    stubbed.next('PUT', reply(202, { operation })).next('GET', reply(200, { state: 'succeeded' }));
    expect(await stubbed.cf.createService('db', 'small', 'orders-db')).toBe('create succeeded');
    expect(stubbed.lastOf('GET').url).toMatch(/\/last_operation\?/);
    expect(stubbed.lastOf('GET').url.replace(/^.*last_operation/, '')).toBe(query);
  });
});
