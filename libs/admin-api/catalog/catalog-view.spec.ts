import { PublishedCatalog, type PublishedOffering, type ServicePlan } from '#core';
import { catalogView } from './catalog-view.js';
import { catalogView as schema } from './catalog.schema.js';

const LONG = 'x'.repeat(256);
const plan = (id: string): ServicePlan => ({
  id,
  name: id,
  description: `plan ${id}`,
  free: true,
  bindable: true,
  planUpdateable: false,
  bindingRotatable: false,
  schemas: {},
  wire: { id, name: id },
  cloudFoundryWire: { id, name: id },
});

const offering = (id: string, backendId: string, plans: ServicePlan[]): PublishedOffering => ({
  id,
  name: id,
  description: `service ${id}`,
  bindable: true,
  instancesRetrievable: true,
  bindingsRetrievable: true,
  backendFlags: { instancesRetrievable: false, bindingsRetrievable: false },
  allowContextUpdates: false,
  requires: [],
  plans,
  wire: { id, name: id, dashboard_client: { id: 'd', secret: 'canary-secret', redirect_uri: 'https://a' } },
  backendId,
});

const nothing = { listed: [], count: 0 };

const nameOf = (id: string): string => `backend ${id}`;

test('every plan tells where it comes from and who is shown it', () => {
  const catalog = PublishedCatalog.of([offering('s', 'a', [plan('old'), plan(LONG)]), offering('t', 'b', [plan('p')])]);
  const { offerings } = catalogView(catalog, nothing, nameOf);
  expect(offerings.map(({ id, backend, plans }) => [id, backend, plans.map((each) => [each.id, each.shownTo.length])])).toEqual([
    ['s', 'backend a', [['old', 5], [LONG, 3]]],
    ['t', 'backend b', [['p', 5]]],
  ]);
});

test('what is kept from whom is told with its reason, also what nobody is shown', () => {
  const catalog = PublishedCatalog.of([offering('s', 'a', [plan(LONG)])]);
  const taken = { backendId: 'b', serviceId: 's', serviceName: 's', reason: 'taken', heldBy: 'a' };
  expect(catalogView(catalog, { listed: [taken], count: 1 }, nameOf).leftOut).toEqual([
    expect.objectContaining({ backend: 'backend b', heldBy: 'backend a', hiddenFrom: ['cloudfoundry', 'korifi', 'kubernetes', 'crossplane', 'other'] }),
    expect.objectContaining({ backend: 'backend a', planId: LONG, hiddenFrom: ['cloudfoundry', 'other'] }),
    expect.objectContaining({ backend: 'backend a', serviceId: 's', hiddenFrom: ['cloudfoundry', 'other'] }),
  ]);
});

test('it is as the reference says, with no dashboard secret and the tags platforms get', () => {
  const catalog = PublishedCatalog.of([offering('s', 'a', [plan('p')])]);
  const view = catalogView(catalog, nothing, nameOf);
  expect(schema.parse(view).etags.kubernetes).toBe(catalog.viewFor('kubernetes').etag);
  expect(JSON.stringify(view)).not.toContain('canary-secret');
});

test('an empty catalog is nothing out of the ordinary', () => {
  expect(catalogView(PublishedCatalog.empty(), nothing, nameOf)).toMatchObject({ offerings: [], leftOut: [] });
});

test('a large catalog is shown in pages, each offering once, and long descriptions cut', () => {
  const plansOf = (id: string): ServicePlan[] => Array.from({ length: 400 }, (_, index) => ({ ...plan(`${id}-${index}`), description: 'd'.repeat(9_000) }));
  const ids = ['s1', 's2', 's3', 's4', 's5', 's6'];
  const catalog = PublishedCatalog.of(ids.map((id) => offering(id, 'a', plansOf(id))));
  const shown: string[] = [];
  let after: string | undefined;
  do {
    const view = catalogView(catalog, nothing, nameOf, after);
    shown.push(...view.offerings.map(({ id }) => id));
    expect(JSON.stringify(view).length).toBeLessThan(2_000_000);
    after = view.next;
  } while (after !== undefined);
  expect(shown).toEqual(ids);
});

test('of what is left out the first is shown, and how much it is', () => {
  const listed = Array.from({ length: 5_000 }, () => ({ backendId: 'b', serviceId: 's', reason: 'bad' }));
  const view = catalogView(PublishedCatalog.empty(), { listed, count: 100_000 }, nameOf);
  expect([view.leftOut.length, view.leftOutCount]).toEqual([1_000, 100_000]);
});
