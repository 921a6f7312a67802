import { budgetBeside, WHOLE_BUDGET } from './catalog-budget.js';
import { CATALOG_LIMITS, LISTED_FINDINGS } from './catalog-limits.js';
import { mergeCatalogs, ownersByClaims } from './merge-catalogs.js';
import { readCatalog, type ReadingContext } from './read-catalog.js';
import { readStored, sizeOfText, textOf } from './stored-catalog-text.js';
import { OverBudget } from './admit-entries.js';
import { fitsInto, withLastGoodEntries } from './last-good-entries.js';
import { SlowestTurn } from './testing/slowest-turn.js';
import { offeringOf } from './testing/sample-catalogs.js';

const schemas = { inspect: async () => ({ problems: [], cloudFoundryProblems: [] }) };
const read = (raw: unknown, context: Partial<ReadingContext> = {}) =>
  readCatalog(raw, schemas, { budget: WHOLE_BUDGET, known: new Map(), keepInvalidMetadata: false, ...context });

const plan = (id: string, more: object = {}) => ({ id, name: id, description: 'd', ...more });
const plans = (count: number, prefix = 'p') => Array.from({ length: count }, (_, index) => plan(`${prefix}-${index}`));
const service = (id: string, ofPlans: readonly object[], more: object = {}) => ({ id, name: id, description: 'd', bindable: true, plans: ofPlans, ...more });
const published = ({ offerings }: Awaited<ReturnType<typeof read>>) => offerings.flatMap((offering) => offering.plans.map(({ id }) => id));

describe('a catalog of 100,000 plans', () => {
  const huge = { services: [service('s', plans(100_000))] };

  test('is published up to the limit; the rest is counted, the first of it with the reason', async () => {
    const reading = await read(huge);
    expect(published(reading)).toHaveLength(CATALOG_LIMITS.plansPerService);
    expect([reading.leftOut.length, reading.leftOutCount]).toEqual([LISTED_FINDINGS, 99_500]);
    expect(reading.leftOut[0]).toEqual({
      serviceId: 's',
      serviceName: 's',
      planId: 'p-500',
      planName: 'p-500',
      reason: 'services[0].plans[500]: a service may have 500 plans',
    });
  });

  test('is read in slices: no turn of the event loop costs much time of the processor', async () => {
    const turns = SlowestTurn.watch();
    await read({ services: Array.from({ length: 100 }, (_, index) => service(`s-${index}`, plans(1_000, `s-${index}`))) });
    const { count, longestCpuMs } = turns.stop();
    expect(count).toBeGreaterThan(10);
    expect(longestCpuMs).toBeLessThan(150);
  });
});

describe('what is over a limit is left out with the rule', () => {
  test.each<[string, object, RegExp]>([
    ['a plan', service('s', [plan('p', { 'x-vendor': 'x'.repeat(CATALOG_LIMITS.entryBytes) }), plan('good')]), /plans\[0\] must not be larger than 262144 bytes/],
    ['a plan with many small values', service('s', [plan('p', { 'x-vendor': Array(200_000).fill(1) }), plan('good')]), /plans\[0\] must not be larger than/],
    ['the metadata of a plan', service('s', [plan('p', { metadata: { a: 'x'.repeat(CATALOG_LIMITS.metadataBytes) } }), plan('good')]), /plans\[0\]\.metadata must not be larger than 131072 bytes/],
  ])('%s', async (_what, raw, reason) => {
    const reading = await read({ services: [raw] });
    expect(reading.leftOut).toEqual([expect.objectContaining({ planId: 'p', reason: expect.stringMatching(reason) })]);
    expect(published(reading)).toEqual(['good']);
  });

  test('but a plan that is too large with its schemas stays without them, with a warning that is stored', async () => {
    const parameters = { $schema: 'http://json-schema.org/draft-04/schema#', title: 'x'.repeat(CATALOG_LIMITS.entryBytes) };
    const reading = await read({ services: [service('s', [plan('p', { schemas: { service_instance: { create: { parameters } } } })])] });
    const stored = textOf({ ...reading, services: [...reading.sources.values()] });
    const again = await readStored(JSON.parse(stored), schemas);
    for (const { offerings, leftOut, warnings } of [reading, again]) {
      expect([leftOut, offerings[0]?.plans[0]?.wire['schemas']]).toEqual([[], undefined]);
      expect(warnings).toEqual([expect.objectContaining({ planId: 'p', reason: expect.stringContaining('bytes: its schemas are not published') })]);
    }
    expect(stored.length).toBeLessThan(2_000);
  });

  test.each([
    ['bullets', Array(50_000).fill(1), 'services[0].plans[0].metadata.bullets must not have more than 1000 items'],
    ['costs', [{ unit: 'm', amount: Object.fromEntries(plans(101).map(({ id }) => [id, 'x'])) }], 'services[0].plans[0].metadata.costs[0].amount must not have more than 100 currencies'],
  ])('%s are advice, and bounded all the same', async (member, value, reason) => {
    const reading = await read({ services: [service('s', [plan('p', { metadata: { [member]: value } })])] });
    expect([published(reading), reading.warnings[0]?.reason]).toEqual([['p'], `${reason}: the member is not published`]);
  });

  test.each<[string, object, RegExp]>([
    ['a service', { 'x-vendor': 'x'.repeat(CATALOG_LIMITS.entryBytes) }, /services\[0\] must not be larger than/],
    ['the metadata of a service', { metadata: { imageUrl: `data:image/png;base64,${'A'.repeat(CATALOG_LIMITS.metadataBytes)}` } }, /services\[0\]\.metadata must/],
    ['the tags', { tags: Array(100_000).fill(1) }, /services\[0\]\.tags must not have more than 1000 items$/],
    ['the permissions', { requires: Array(50_000).fill(1) }, /services\[0\]\.requires must not have more than 100 items$/],
  ])('%s', async (_what, more, reason) => {
    const reading = await read({ services: [service('s', [plan('p')], more), service('good', [plan('good')])] });
    expect(reading.leftOut).toEqual([expect.objectContaining({ serviceId: 's', reason: expect.stringMatching(reason) })]);
    expect(published(reading)).toEqual(['good']);
  });

  test('services, plans and bytes of one backend', async () => {
    const many = await read({ services: Array.from({ length: 501 }, (_, index) => service(`s-${index}`, [plan(`p-${index}`)])) });
    expect(many.leftOut).toEqual([expect.objectContaining({ serviceId: 's-500', reason: 'services[500]: a backend may publish 500 services' })]);
    const wide = await read({ services: Array.from({ length: 11 }, (_, index) => service(`s-${index}`, plans(500, `s-${index}`))) });
    expect(wide.leftOut[0]?.reason).toBe('services[10].plans[0]: a backend may publish 5000 plans');
    const large = Array.from({ length: 40 }, (_, index) => plan(`p-${index}`, { 'x-vendor': 'x'.repeat(250_000) }));
    const heavy = await read({ services: [service('s', large)] });
    expect(heavy.leftOut[0]?.reason).toBe('services[0].plans[33]: a backend may publish 8388608 bytes');
    expect(sizeOfText({ services: [...heavy.sources.values()] }).bytes).toBeLessThanOrEqual(CATALOG_LIMITS.bytes);
  });

  test('all backends together', async () => {
    const budget = budgetBeside({ plans: CATALOG_LIMITS.totalPlans - 2, bytes: 0 });
    const { leftOut } = await read({ services: [service('s', plans(3))] }, { budget });
    expect(leftOut).toEqual([expect.objectContaining({ planId: 'p-2', reason: 'services[0].plans[2]: all backends together may publish 20000 plans' })]);
    expect(budgetBeside({ plans: 0, bytes: CATALOG_LIMITS.totalBytes })).toMatchObject({ bytes: 0, bytesRule: 'all backends together may publish 33554432 bytes' });
  });
});

test('the catalog of a broker for a whole cloud is published in full', async () => {
  const schema = { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object', properties: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`property-${index}`, { type: 'string', description: 'd'.repeat(60) }])) };
  const image = `data:image/png;base64,${'A'.repeat(24_000)}`;
  const cloud = Array.from({ length: 60 }, (_, index) =>
    service(`s-${index}`, plans(4, `s-${index}`).map((each) => ({ ...each, schemas: { service_instance: { create: { parameters: schema } } } })), { metadata: { imageUrl: image } }),
  );
  const reading = await read({ services: cloud });
  expect([published(reading).length, reading.leftOutCount]).toEqual([240, 0]);
});

describe('what was published before', () => {
  const before = { services: [service('old', plans(400, 'old'))] };
  const known = new Map([['old', new Set(plans(400, 'old').map(({ id }) => id))]]);

  test('comes before what is new, wherever it stands', async () => {
    const grown = { services: [service('new', plans(500, 'new')), service('old', [...plans(499, 'more'), ...plans(400, 'old')])] };
    const ids = published(await read(grown, { known }));
    expect(ids.filter((id) => id.startsWith('old-'))).toHaveLength(400);
    expect(ids.filter((id) => id.startsWith('more-'))).toHaveLength(100);
  });

  test('is not given up when it grows over the limits: then the whole catalog stays as it was', async () => {
    const budget = { ...WHOLE_BUDGET, bytes: 10_000 };
    const grown = { services: [service('old', plans(400, 'old').map((each) => ({ ...each, 'x-vendor': 'x'.repeat(100) })))] };
    await expect(read(grown, { known, budget })).rejects.toThrow(OverBudget);
  });

  test('is put back where it is bad now, with what is new beside it', async () => {
    const good = await read({ services: [service('s', plans(3))] });
    const kept = new Map([['s', new Set(['p-0', 'p-1', 'p-2'])]]);
    const now = await read({ services: [service('s', [plan('p-0'), { id: 'p-1', name: 1 }, plan('p-3')])] }, { known: kept });
    const text = withLastGoodEntries(now, good);
    expect(published(await read(JSON.parse(textOf(text))))).toEqual(['p-0', 'p-1', 'p-3']);
    expect(text.kept).toEqual([expect.objectContaining({ serviceId: 's', planId: 'p-1', place: 1 })]);
    expect([fitsInto(WHOLE_BUDGET, text), fitsInto({ ...WHOLE_BUDGET, plans: 2 }, text)]).toEqual([true, false]);
  });

  test('is read again from the store with what was left out beside it, and nothing else of the catalog', async () => {
    const raw = { services: [...before.services, { id: 'bad' }], 'x-huge': 'x'.repeat(100_000) };
    const first = await read(raw);
    const stored = textOf({ ...first, services: [...first.sources.values()] });
    expect(stored).not.toContain('x-huge');
    const again = await readStored(JSON.parse(stored), schemas);
    expect(again.offerings).toEqual(first.offerings);
    expect([again.leftOut, again.leftOutCount]).toEqual([first.leftOut, 1]);
    expect((await readStored(before, schemas)).leftOutCount).toBe(0);
  });
});

test('a backend whose identifiers change with every read comes to an end, and keeps what it has', () => {
  const claims = Array.from({ length: CATALOG_LIMITS.identifiers - 3 }, (_, index) => ({ kind: 'plan id' as const, value: `p-${index}`, backendId: 'a', serviceId: 's' }));
  const owners = ownersByClaims(claims);
  const old = mergeCatalogs([{ backendId: 'a', offerings: [offeringOf('s', ['p-1', 'new-1', 'new-2'])] }], owners);
  expect(old.offerings[0]?.plans.map(({ id }) => id)).toEqual(['p-1', 'new-1', 'new-2']);
  const next = mergeCatalogs([{ backendId: 'a', offerings: [offeringOf('s', ['p-1', 'new-3'])] }], ownersByClaims([...claims, ...old.claims]));
  expect(next.offerings[0]?.plans.map(({ id }) => id)).toEqual(['p-1']);
  expect(next.leftOut[0]?.reason).toContain('has published 20000 identifiers already');
  expect(mergeCatalogs([{ backendId: 'b', offerings: [offeringOf('t', ['q'])] }], owners).offerings).toHaveLength(1);
});
