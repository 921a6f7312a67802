import { hangUp, reply } from '../../support/stub-broker.js';
import { messageOf } from './objects.js';
import { catalogOf, Stubbed, type StubCatalog } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start();
});
afterEach(() => stubbed.stop());

const long = 'n'.repeat(64);

test('what the catalog offers is in the marketplace', () => {
  expect(stubbed.cluster.marketplace()).toEqual(['db/large', 'db/small']);
});

test('what the catalog does not say is false, but a plan is as bindable as its class', async () => {
  await stubbed.relist({ services: [{ id: 's', name: 'bare', description: 'Bare.', plans: [{ id: 'p', name: 'p', description: 'P.' }] }] });
  expect(stubbed.cluster.store.class('s')).toMatchObject({ bindable: false, planUpdatable: false, bindingRetrievable: false });
  expect(stubbed.cluster.store.plan('p')).toMatchObject({ free: false, bindable: undefined });
});

test.each<[string, StubCatalog]>([
  ['a text for a truth', { plan: { free: 'true' } }],
  ['a number for a name', { service: { name: 1 } }],
  ['a text for tags', { service: { tags: 'a' } }],
  ['a list for metadata', { service: { metadata: [] } }],
])('a catalog with %s is refused as a whole, and the last one stays', async (_what, catalog) => {
  expect(await stubbed.relist(catalogOf(catalog))).toBe('ErrorFetchingCatalog');
  expect(stubbed.cluster.marketplace()).toEqual(['db/large', 'db/small']);
});

test.each<[string, StubCatalog]>([
  ['a plan without a description', { plan: { description: '' } }],
  ['a plan with a long name', { plan: { name: long } }],
  ['a plan with a long id', { plan: { id: long } }],
])('a catalog with %s is taken over by half: its classes, and nothing behind the bad plan', async (_what, catalog) => {
  const service = { id: 'service-2', name: 'queue', description: 'A queue.', plans: [{ id: 'plan-q', name: 'q', description: 'Q.' }] };
  const { services } = catalogOf(catalog);
  expect(await stubbed.relist({ services: [...services, service] })).toBe('ErrorSyncingCatalog');
  expect(stubbed.cluster.store.classes.has('service-2')).toBe(true);
  expect(stubbed.cluster.store.plans.has('plan-q')).toBe(false);
});

test('a class with a long name ends it before anything else', async () => {
  expect(await stubbed.relist(catalogOf({ service: { name: long } }))).toBe('ErrorSyncingCatalog');
  expect(stubbed.cluster.marketplace()).toEqual(['db/large', 'db/small']);
});

test('one plan id in two classes cannot be', async () => {
  const { services } = catalogOf();
  expect(await stubbed.relist({ services: [...services, { ...services[0], id: 'service-2', name: 'other' }] })).toBe('ErrorSyncingCatalog');
});

test('an empty catalog is taken as it is: nothing is offered until it is full again', async () => {
  await stubbed.withInstance();
  expect(await stubbed.relist({ services: [] })).toBe('FetchedCatalog');
  expect(stubbed.cluster.marketplace()).toEqual([]);
  void stubbed.cluster.provision('new-db', 'db', 'small');
  await stubbed.cluster.until(() => messageOf(stubbed.cluster.store.instance('new-db').status, 'Ready').includes('has been deleted'));
  expect(await stubbed.cluster.update('orders-db', { parameters: { size: 2 } })).toBe('Ready');
  expect(await stubbed.cluster.deprovision('orders-db')).toBe('deleted');
  expect(await stubbed.relist(catalogOf())).toBe('FetchedCatalog');
  expect(stubbed.cluster.marketplace()).toEqual(['db/large', 'db/small']);
});

test.each([
  ['500', reply(500)],
  ['304', reply(304, '')],
  ['a connection that breaks', hangUp()],
  ['no JSON', reply(200, '')],
])('the last catalog stays after %s', async (_answer, script) => {
  stubbed.next('GET', script);
  expect(await stubbed.cluster.relist()).toBe('ErrorFetchingCatalog');
  expect(stubbed.cluster.marketplace()).toEqual(['db/large', 'db/small']);
});
