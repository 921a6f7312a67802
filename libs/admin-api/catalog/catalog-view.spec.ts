import { PublishedCatalog, type PublishedOffering, type ServicePlan } from '#core';
import { catalogView } from './catalog-view.js';
import { catalogView as schema } from './catalog.schema.js';

const plan = (id: string, cloudFoundryReady = true): ServicePlan => ({
  id,
  name: id,
  description: `plan ${id}`,
  free: true,
  bindable: true,
  planUpdateable: false,
  bindingRotatable: false,
  schemas: {},
  cloudFoundryReady,
  wire: { id, name: id },
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

const nameOf = (id: string): string => `backend ${id}`;

test('every plan tells where it comes from and who is shown it', () => {
  const catalog = PublishedCatalog.of([offering('s', 'a', [plan('old'), plan('new', false)]), offering('t', 'b', [plan('p')])]);
  const { offerings } = catalogView(catalog, [], nameOf);
  expect(offerings.map(({ id, backend, plans }) => [id, backend, plans.map((each) => [each.id, each.shownTo.length])])).toEqual([
    ['s', 'backend a', [['old', 3], ['new', 2]]],
    ['t', 'backend b', [['p', 3]]],
  ]);
});

test('what is kept from whom is told with its reason, also what nobody is shown', () => {
  const catalog = PublishedCatalog.of([offering('s', 'a', [plan('new', false)])]);
  const taken = { backendId: 'b', serviceId: 's', serviceName: 's', reason: 'taken', heldBy: 'a' };
  expect(catalogView(catalog, [taken], nameOf).leftOut).toEqual([
    expect.objectContaining({ backend: 'backend b', heldBy: 'backend a', hiddenFrom: ['cloudfoundry', 'kubernetes', 'other'] }),
    expect.objectContaining({ backend: 'backend a', planId: 'new', hiddenFrom: ['cloudfoundry'] }),
    expect.objectContaining({ backend: 'backend a', serviceId: 's', hiddenFrom: ['cloudfoundry'] }),
  ]);
});

test('it is as the reference says, with no dashboard secret and the tags platforms get', () => {
  const catalog = PublishedCatalog.of([offering('s', 'a', [plan('p')])]);
  const view = catalogView(catalog, [], nameOf);
  expect(schema.parse(view).etags.kubernetes).toBe(catalog.viewFor('kubernetes').etag);
  expect(JSON.stringify(view)).not.toContain('canary-secret');
});

test('an empty catalog is nothing out of the ordinary', () => {
  expect(catalogView(PublishedCatalog.empty(), [], nameOf)).toMatchObject({ offerings: [], leftOut: [] });
});
