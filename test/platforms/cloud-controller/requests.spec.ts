import { reply } from '../../support/stub-broker.js';
import { HOME } from './broker-client.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
const service = { allow_context_updates: true };
const maintenance = { version: '1.2.3', description: 'A patch.' };
beforeAll(async () => {
  stubbed = await Stubbed.start({ service, plan: { maintenance_info: maintenance } });
});
afterAll(() => stubbed.stop());

const ids = { service_id: 'service-1', plan_id: 'plan-1' };
const place = {
  platform: 'cloudfoundry',
  organization_guid: HOME.organization.guid,
  space_guid: HOME.space.guid,
  organization_name: 'acme',
  space_name: 'orders',
  organization_annotations: {},
  space_annotations: {},
};
const previous_values = {
  ...ids,
  organization_id: HOME.organization.guid,
  space_id: HOME.space.guid,
  maintenance_info: { version: '1.2.3' },
};
const lastBody = (): unknown => JSON.parse(stubbed.broker.last.body);

test('its life as it goes over the wire', async () => {
  const { cf, broker } = stubbed;
  await cf.createService('db', 'small', 'orders-db', { size: 1 });
  const { guid } = cf.database.instance('orders-db');
  const path = `/v2/service_instances/${guid}`;
  expect(broker.last.url).toBe(`${path}?accepts_incomplete=true`);
  const context = { ...place, instance_name: 'orders-db', instance_annotations: {} };
  const home = { organization_guid: HOME.organization.guid, space_guid: HOME.space.guid };
  expect(lastBody()).toEqual({ ...ids, ...home, context, parameters: { size: 1 }, maintenance_info: maintenance });

  await cf.updateService('orders-db', { parameters: { size: 2 } });
  const renamed = { ...place, instance_name: 'orders-db' };
  expect(lastBody()).toEqual({ ...ids, previous_values, context: renamed, parameters: { size: 2 } });
  await cf.renameService('orders-db', 'orders');
  expect(lastBody()).toEqual({ ...ids, previous_values, context: { ...place, instance_name: 'orders' }, parameters: {} });

  await cf.bind('orders', 'app', 'app-1');
  const bind_resource = { app_guid: 'app-1', space_guid: HOME.space.guid, app_annotations: {} };
  expect(lastBody()).toEqual({ ...ids, context: place, app_guid: 'app-1', bind_resource });
  await cf.bind('orders', 'key', 'key-1');
  expect(lastBody()).toEqual({ ...ids, context: place, bind_resource: {} });
  expect(broker.last.url).toMatch(/\?accepts_incomplete=true$/);
  await cf.bind('orders', 'key', 'old-key', { legacy: true });
  expect(broker.last.url).toMatch(/service_bindings\/[\w-]+$/);
  await cf.bind('orders', 'route', 'www.example.com');
  expect(lastBody()).toEqual({ ...ids, context: place, bind_resource: { route: 'www.example.com' } });

  for (const name of ['app-1', 'key-1', 'old-key', 'www.example.com']) await cf.unbind(cf.binding('orders', name));
  await expect(cf.deleteService('orders')).resolves.toBe('deleted');
  expect([broker.last.url, broker.last.body]).toEqual([`${path}?accepts_incomplete=true&plan_id=plan-1&service_id=service-1`, '']);
});

test('an upgrade is an update with nothing but the new version, once', async () => {
  const { cf } = stubbed;
  await cf.createService('db', 'small', 'old');
  await stubbed.synchronize({ service, plan: { maintenance_info: { version: '2.0.0' } } });
  await expect(cf.upgradeService('old')).resolves.toBe('update succeeded');
  expect(lastBody()).toMatchObject({ plan_id: 'plan-1', parameters: {}, maintenance_info: { version: '2.0.0' } });
  await expect(cf.upgradeService('old')).resolves.toBe('No upgrade is available.');
});

test('the first version of a plan has null before it', async () => {
  const { cf } = stubbed;
  await cf.createService('db', 'large', 'large');
  await cf.renameService('large', 'larger');
  expect(lastBody()).toMatchObject({ previous_values: { maintenance_info: null } });
});

test('every call carries the same headers, an identity of the request of its own, and a content type only with a body', async () => {
  const { broker } = stubbed;
  stubbed.next('PUT', reply(202, {})).next('GET', reply(200, { state: 'succeeded' }));
  await stubbed.cf.createService('db', 'small', 'headed');
  const identity = `cloudfoundry ${Buffer.from(`{"user_id":"${HOME.user}"}`).toString('base64')}`;
  for (const { headers, body } of broker.requests) {
    expect(headers).toMatchObject({ 'x-broker-api-version': '2.15', accept: 'application/json', 'x-broker-api-originating-identity': identity });
    expect(headers.authorization).toBe(`Basic ${Buffer.from('cf:pass:word').toString('base64')}`);
    expect('content-type' in headers).toBe(body !== '');
  }
  const identities = broker.requests.map(({ headers }) => headers['x-broker-api-request-identity']);
  expect(new Set(identities).size).toBe(identities.length);
});
