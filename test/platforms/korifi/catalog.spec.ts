import { hangUp, reply } from '../../support/stub-broker.js';
import { catalogOf, Stubbed, type StubCatalog } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start();
});
afterEach(() => stubbed.stop());

test('new plans are for administrators, until they are opened', async () => {
  const { services } = catalogOf({ service: { id: 'service-2', name: 'queue' }, plan: { id: 'plan-q' } });
  expect(await stubbed.synchronize({ services })).toBe('Ready');
  expect(stubbed.cf.marketplace()).toEqual(['db/small']);
  stubbed.cf.enableAccess();
  expect(stubbed.cf.marketplace()).toEqual(['db/small', 'queue/small']);
});

test('what the catalog does not say is false, also of a plan whose offering says it', async () => {
  await stubbed.synchronize({ services: [{ id: 's', name: 'bare', bindable: true, plan_updateable: true, plans: [{ id: 'p', name: 'p' }] }] });
  expect(stubbed.cf.database.plan('p')).toMatchObject({ free: false, bindable: false });
});

test('nothing is ever removed', async () => {
  expect(await stubbed.synchronize({ services: [] })).toBe('Ready');
  expect(stubbed.cf.marketplace()).toEqual(['db/small']);
});

test.each<[string, StubCatalog]>([
  ['a text for a truth', { plan: { free: 'true' } }],
  ['a text for tags', { service: { tags: 'a' } }],
  ['a number for a version', { plan: { maintenance_info: { version: 2 } } }],
])('a catalog with %s is refused, and the last one stays', async (_what, catalog) => {
  expect(await stubbed.synchronize(catalogOf(catalog))).toBe('GetCatalogFailed');
  expect(stubbed.cf.marketplace()).toEqual(['db/small']);
});

test.each([null, 7, ['https://x']])('a documentationUrl like %j ends the controller', async (documentationUrl) => {
  expect(await stubbed.synchronize(catalogOf({ service: { metadata: { documentationUrl } } }))).toBe('CrashLoopBackOff');
});

test.each([
  ['500', reply(500)],
  ['401', reply(401)],
  ['no JSON', reply(200, '')],
  ['a connection that breaks', hangUp()],
])('the last catalog stays after %s', async (_answer, script) => {
  stubbed.next('GET', script);
  expect(await stubbed.cf.synchronize()).toBe('GetCatalogFailed');
  expect(stubbed.cf.marketplace()).toEqual(['db/small']);
});
