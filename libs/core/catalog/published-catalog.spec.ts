import type { PlatformKind } from '#sdk';
import { createHash } from 'node:crypto';
import { PublishedCatalog } from './published-catalog.js';
import { offeringOf, planOf } from './testing/sample-catalogs.js';

const at = (backendId: string, ...args: Parameters<typeof offeringOf>) => ({ ...offeringOf(...args), backendId });
const parsed = (catalog: PublishedCatalog, kind: PlatformKind) =>
  JSON.parse(catalog.viewFor(kind).body.toString()) as { services: { id: string; plans: { id: string }[] }[] };
const shown = (catalog: PublishedCatalog, kind: PlatformKind) =>
  parsed(catalog, kind).services.map(({ id, plans }) => [id, plans.map((plan) => plan.id)]);

describe('the catalog as bytes', () => {
  test('is the offerings with their plans, as published', () => {
    const catalog = PublishedCatalog.of([at('a', 's', ['p'], { wire: { id: 's', 'x-foo': [null] } })]);
    expect(parsed(catalog, 'other')).toEqual({ services: [{ id: 's', 'x-foo': [null], plans: [{ id: 'p', name: 'p', description: 'p' }] }] });
  });

  test('is legal when empty', () => {
    expect(PublishedCatalog.empty().viewFor('cloudfoundry').body.toString()).toBe('{"services":[]}');
  });

  test('has a strong tag made of the bytes', () => {
    const { body, etag } = PublishedCatalog.of([at('a', 's', ['p'])]).viewFor('other');
    expect(etag).toBe(`"${createHash('sha256').update(body).digest('base64url')}"`);
  });

  test('is the same when only the order of keys is another, at any depth', () => {
    const one = PublishedCatalog.of([at('a', 's', ['p'], { wire: { id: 's', metadata: { b: [{ y: 1, x: 2 }], a: 1 } } })]);
    const two = PublishedCatalog.of([at('z', 's', ['p'], { wire: { metadata: { a: 1, b: [{ x: 2, y: 1 }] }, id: 's' } })]);
    expect(two.viewFor('other')).toEqual(one.viewFor('other'));
  });

  test('is another when a value or the order of a list is another', () => {
    const tags = [[1, 2], [2, 1], [1, 3]].map((list) => PublishedCatalog.of([at('a', 's', ['p'], { wire: { list } })]).viewFor('other').etag);
    expect(new Set(tags).size).toBe(3);
  });
});

describe('Cloud Foundry is shown what it can take', () => {
  const catalog = PublishedCatalog.of([
    at('a', 'mixed', [], { plans: [planOf('good'), planOf('new', { cloudFoundryWire: { id: 'new', schemas: {} } })] }),
    at('b', 'similar', [], { plans: [planOf('1', { name: 'Small' }), planOf('2', { name: 'small ' }), planOf('3', { name: 'large' })] }),
    at('b', 'x'.repeat(256), ['p']),
    at('b', 'long-plan', ['q', 'y'.repeat(256)]),
  ]);

  test('and the others everything', () => {
    expect(shown(catalog, 'cloudfoundry')).toEqual([
      ['mixed', ['good', 'new']],
      ['similar', ['1', '3']],
      ['long-plan', ['q']],
    ]);
    expect(shown(catalog, 'kubernetes').map(([, plans]) => plans?.length)).toEqual([2, 3, 1, 2]);
    expect(catalog.viewFor('crossplane')).toBe(catalog.viewFor('kubernetes'));
    expect(catalog.viewFor('korifi')).toBe(catalog.viewFor('kubernetes'));
  });

  test('and an operator is told what it is not shown', () => {
    expect(catalog.leftOutFor('kubernetes')).toEqual([]);
    expect(catalog.leftOutFor('cloudfoundry').map(({ backendId, reason }) => [backendId, reason.replace(/(x|y){256}/, 'long')])).toEqual([
      ['b', 'plan "small " has the name of another plan but for case or outer spaces, which Cloud Foundry refuses'],
      ['b', 'service "long" has a name or id longer than 255 characters, which Cloud Foundry cannot keep'],
      ['b', 'plan "long" has a name or id longer than 255 characters, which Cloud Foundry cannot keep'],
    ]);
  });

  test('and so are kinds nobody knows: they get what every platform can read', () => {
    expect(catalog.viewFor('other')).toBe(catalog.viewFor('cloudfoundry'));
  });

  test('and can have nothing else', () => {
    expect(catalog.find('cloudfoundry', 'similar', '2')).toEqual({
      kind: 'not offered to this platform',
      reason: 'plan "2" of service "similar" is not offered to this platform',
    });
    expect(catalog.find('kubernetes', 'similar', '2')).toMatchObject({ kind: 'found', backendId: 'b', plan: { id: '2' } });
    expect(catalog.findByIds('similar', '2')).toMatchObject({ backendId: 'b', plan: { id: '2' } });
  });

  test('of a plan without the schemas it refuses', () => {
    const bytes = catalog.viewFor('cloudfoundry').body.toString();
    expect(bytes).toContain('{"id":"new","schemas":{}}');
    expect(catalog.viewFor('kubernetes').body.toString()).not.toContain('"schemas"');
  });
});

describe('a plan is looked for inside its service', () => {
  const catalog = PublishedCatalog.of([at('a', 's1', ['p1']), at('b', 's2', ['p2'])]);

  test('and found with its owner', () => {
    expect(catalog.find('other', 's2', 'p2')).toMatchObject({ kind: 'found', backendId: 'b', offering: { id: 's2' }, plan: { id: 'p2' } });
  });

  test.each([
    ['s3', 'p1', 'unknown service', 'service "s3" is not offered'],
    ['s1', 'p2', 'plan not of this service', 'plan "p2" is not offered by service "s1"'],
    ['__proto__', 'toString', 'unknown service', 'service "__proto__" is not offered'],
    ['z'.repeat(5000), 'p', 'unknown service', `service "${'z'.repeat(255)}…" is not offered`],
  ])('service %.20s, plan %s: not found', (serviceId, planId, kind, reason) => {
    expect(catalog.find('other', serviceId, planId)).toEqual({ kind, reason });
    expect(catalog.findByIds(serviceId, planId)).toBeUndefined();
  });
});

test('a hidden backend is shown to nobody, and still known for its instances', () => {
  const catalog = PublishedCatalog.of([at('a', 's1', ['p1']), at('b', 's2', ['p2'])], new Set(['a']));
  expect(shown(catalog, 'other')).toEqual([['s2', ['p2']]]);
  expect(shown(catalog, 'cloudfoundry')).toEqual([['s2', ['p2']]]);
  expect(catalog.find('other', 's1', 'p1').kind).toBe('not offered to this platform');
  expect(catalog.findByIds('s1', 'p1')?.backendId).toBe('a');
});
