import fc from 'fast-check';
import { mergeCatalogs, ownersByClaims, type BackendCatalog, type Claim, type MergedCatalogs } from './merge-catalogs.js';
import { offeringOf, planOf } from './testing/sample-catalogs.js';

const nobody = ownersByClaims([]);
const published = ({ offerings }: MergedCatalogs) =>
  offerings.map(({ backendId, id, plans }) => [backendId, id, plans.map((plan) => plan.id)]);

describe('catalogs without anything in common', () => {
  const inputs: BackendCatalog[] = [
    { backendId: 'a', offerings: [offeringOf('s1', ['p1', 'p2'], { dashboardClientId: 'c1' })] },
    { backendId: 'b', offerings: [offeringOf('s2', ['p3'])] },
  ];

  test('are published side by side, in order of registration', () => {
    const merged = mergeCatalogs(inputs, nobody);
    expect(published(merged)).toEqual([
      ['a', 's1', ['p1', 'p2']],
      ['b', 's2', ['p3']],
    ]);
    expect([merged.leftOut, merged.warnings]).toEqual([[], []]);
  });

  test('claim all their identifiers, once', () => {
    const { claims } = mergeCatalogs(inputs, nobody);
    expect(claims).toEqual([
      { kind: 'plan id', value: 'p1', backendId: 'a', serviceId: 's1' },
      { kind: 'plan id', value: 'p2', backendId: 'a', serviceId: 's1' },
      { kind: 'service id', value: 's1', backendId: 'a', serviceId: 's1' },
      { kind: 'service name', value: 's1', backendId: 'a', serviceId: 's1' },
      { kind: 'dashboard client id', value: 'c1', backendId: 'a', serviceId: 's1' },
      { kind: 'plan id', value: 'p3', backendId: 'b', serviceId: 's2' },
      { kind: 'service id', value: 's2', backendId: 'b', serviceId: 's2' },
      { kind: 'service name', value: 's2', backendId: 'b', serviceId: 's2' },
    ]);
    expect(mergeCatalogs(inputs, ownersByClaims(claims)).claims).toEqual([]);
  });
});

describe('the backend that was registered first gets what both want', () => {
  test.each([
    ['service id', offeringOf('s1', ['p9'], { name: 'other' }), 'service id "s1"'],
    ['service name', offeringOf('s9', ['p9'], { name: 's1' }), 'service name "s1"'],
    ['dashboard client id', offeringOf('s9', ['p9'], { dashboardClientId: 'c1' }), 'dashboard client id "c1"'],
  ])('%s: the whole offering of the second is left out', (_kind, second, what) => {
    const first = offeringOf('s1', ['p1'], { dashboardClientId: 'c1' });
    const merged = mergeCatalogs([{ backendId: 'a', offerings: [first] }, { backendId: 'b', offerings: [second] }], nobody);
    expect(published(merged)).toEqual([['a', 's1', ['p1']]]);
    expect(merged.leftOut).toEqual([
      {
        backendId: 'b',
        serviceId: second.id,
        serviceName: second.name,
        reason: `${what} is offered by another backend, which had it first`,
        heldBy: 'a',
      },
    ]);
    expect(merged.claims.every(({ backendId }) => backendId === 'a')).toBe(true);
  });

  test('plan id: only the plan of the second is left out', () => {
    const merged = mergeCatalogs(
      [{ backendId: 'a', offerings: [offeringOf('s1', ['p1'])] }, { backendId: 'b', offerings: [offeringOf('s2', ['p1', 'p2'])] }],
      nobody,
    );
    expect(published(merged)).toEqual([
      ['a', 's1', ['p1']],
      ['b', 's2', ['p2']],
    ]);
    expect(merged.leftOut).toMatchObject([{ backendId: 'b', serviceId: 's2', planId: 'p1', planName: 'p1', heldBy: 'a' }]);
  });

  test('an offering without a plan left is left out and claims nothing', () => {
    const merged = mergeCatalogs(
      [{ backendId: 'a', offerings: [offeringOf('s1', ['p1'])] }, { backendId: 'b', offerings: [offeringOf('s2', ['p1'])] }],
      nobody,
    );
    expect(merged.leftOut.map(({ reason }) => reason)).toEqual([
      'plan id "p1" is offered by another backend, which had it first',
      'service "s2" has no plan left that can be published',
    ]);
    expect(merged.claims.some(({ backendId }) => backendId === 'b')).toBe(false);
  });
});

describe('what was published once', () => {
  const claims: Claim[] = [
    { kind: 'service id', value: 's1', backendId: 'b', serviceId: 's1' },
    { kind: 'service name', value: 's1', backendId: 'b', serviceId: 's1' },
    { kind: 'plan id', value: 'p1', backendId: 'b', serviceId: 's1' },
  ];
  const twins = ['a', 'b'].map((backendId) => ({ backendId, offerings: [offeringOf('s1', ['p1'])] }));

  test('stays with its backend, whoever was registered before', () => {
    expect(published(mergeCatalogs(twins, ownersByClaims(claims)))).toEqual([['b', 's1', ['p1']]]);
  });

  test('stays with its backend while that has nothing to offer', () => {
    const silent = twins.map((input) => (input.backendId === 'b' ? { ...input, offerings: [] } : input));
    expect(published(mergeCatalogs(silent, ownersByClaims(claims)))).toEqual([]);
  });

  test('goes to the other when its backend is removed', () => {
    const merged = mergeCatalogs(twins.slice(0, 1), nobody);
    expect(published(merged)).toEqual([['a', 's1', ['p1']]]);
    expect(merged.claims).toHaveLength(3);
  });

  test('a plan id never moves to another service, not even of its own backend', () => {
    const merged = mergeCatalogs([{ backendId: 'b', offerings: [offeringOf('s2', ['p1', 'p2'])] }], ownersByClaims(claims));
    expect(published(merged)).toEqual([['b', 's2', ['p2']]]);
    expect(merged.leftOut[0]?.reason).toBe('plan id "p1" belongs to service "s1": a plan cannot move to another service');
  });

  test('a service may be renamed, and its name used again by its backend', () => {
    const renamed = [offeringOf('s1', ['p1'], { name: 'new' }), offeringOf('s2', ['p2'], { name: 's1' })];
    const merged = mergeCatalogs([{ backendId: 'b', offerings: renamed }], ownersByClaims(claims));
    expect(published(merged)).toEqual([
      ['b', 's1', ['p1']],
      ['b', 's2', ['p2']],
    ]);
  });
});

test('names that differ only in case are published with a warning', () => {
  const merged = mergeCatalogs(
    [{ backendId: 'a', offerings: [offeringOf('1', ['p1'], { name: 'MySQL' })] }, { backendId: 'b', offerings: [offeringOf('2', ['p2'], { name: 'mysql' })] }],
    nobody,
  );
  expect(merged.offerings).toHaveLength(2);
  expect(merged.warnings).toMatchObject([{ backendId: 'b', reason: 'service name "mysql" differs from "MySQL" only in case' }]);
});

test('what a backend offers twice is published once', () => {
  const twice = [offeringOf('s1', ['p1', 'p1']), offeringOf('s1', ['p2'])];
  const merged = mergeCatalogs([{ backendId: 'a', offerings: twice }], nobody);
  expect(published(merged)).toEqual([['a', 's1', ['p1']]]);
  expect(merged.leftOut.map(({ reason }) => reason)).toEqual([
    'plan id "p1" is offered twice by this backend',
    'service id "s1" is offered twice by this backend',
  ]);
});

describe('whatever backends offer', () => {
  const id = fc.constantFrom('1', '2', '3', '4', '5');
  const offering = fc
    .tuple(id, id, fc.array(id, { minLength: 1, maxLength: 3 }), fc.option(id, { nil: undefined }))
    .map(([service, name, plans, client]) =>
      offeringOf(service, [], {
        name,
        plans: plans.map((plan) => planOf(plan)),
        ...(client !== undefined && { dashboardClientId: client }),
      }),
    );
  const catalogs = fc
    .array(fc.array(offering, { maxLength: 4 }), { minLength: 1, maxLength: 4 })
    .map((all) => all.map((offerings, index): BackendCatalog => ({ backendId: `b${index}`, offerings })));
  const claim = fc
    .tuple(fc.constantFrom('service id', 'service name', 'plan id', 'dashboard client id'), id, fc.constantFrom('b0', 'b1', 'gone'), id)
    .map(([kind, value, backendId, serviceId]): Claim => ({ kind, value, backendId, serviceId }));
  const claims = fc.uniqueArray(claim, { selector: ({ kind, value }) => `${kind} ${value}`, maxLength: 8 });

  test('every identifier is unique in what is published, and its owner publishes it', () => {
    fc.assert(
      fc.property(catalogs, claims, (inputs, stored) => {
        const owners = ownersByClaims(stored);
        const { offerings, claims: made } = mergeCatalogs(inputs, owners);
        const all = ownersByClaims([...stored, ...made]);
        const used = offerings.flatMap(({ backendId, id: serviceId, name, dashboardClientId, plans }) => [
          { kind: 'service id' as const, value: serviceId, backendId },
          { kind: 'service name' as const, value: name, backendId },
          ...(dashboardClientId === undefined ? [] : [{ kind: 'dashboard client id' as const, value: dashboardClientId, backendId }]),
          ...plans.map((plan) => ({ kind: 'plan id' as const, value: plan.id, backendId })),
        ]);
        expect(new Set(used.map(({ kind, value }) => `${kind} ${value}`)).size).toBe(used.length);
        for (const { kind, value, backendId } of used) expect(all.ownerOf(kind, value)?.backendId).toBe(backendId);
        expect(offerings.every(({ plans }) => plans.length > 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('nothing vanishes without a reason', () => {
    fc.assert(
      fc.property(catalogs, claims, (inputs, stored) => {
        const merged = mergeCatalogs(inputs, ownersByClaims(stored));
        const offered = inputs.flatMap(({ offerings }) => offerings).length;
        const lost = merged.leftOut.filter(({ planId }) => planId === undefined).length;
        expect(merged.offerings.length + lost).toBe(offered);
      }),
    );
  });

  test('merging again with the claims stored gives the same and claims nothing', () => {
    fc.assert(
      fc.property(catalogs, claims, (inputs, stored) => {
        const first = mergeCatalogs(inputs, ownersByClaims(stored));
        const again = mergeCatalogs(inputs, ownersByClaims([...stored, ...first.claims]));
        expect(published(again)).toEqual(published(first));
        expect(again.claims).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('after a restart it does not matter which backend answers first', () => {
    fc.assert(
      fc.property(catalogs, fc.infiniteStream(fc.nat()), (inputs, dice) => {
        const settled = mergeCatalogs(inputs, nobody);
        const known = [...settled.claims];
        const arrived = new Set<number>();
        const arrivals = inputs.map((_, index) => ({ index, at: dice.next().value as number })).toSorted((a, b) => a.at - b.at);
        let last = settled;
        for (const { index } of arrivals) {
          arrived.add(index);
          const sofar = inputs.map((input, i) => (arrived.has(i) ? input : { ...input, offerings: [] }));
          last = mergeCatalogs(sofar, ownersByClaims(known));
          known.push(...last.claims);
        }
        expect(published(last)).toEqual(expect.arrayContaining(published(settled)));
      }),
      { numRuns: 1000 },
    );
  });
});
