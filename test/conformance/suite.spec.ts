import { AREAS } from './areas.js';
import { BrokerUnderTest } from './broker/broker-under-test.js';
import { parseProfile } from './broker/profile.js';
import { Broken, Inapplicable } from './expecting.js';
import { runAgainst } from './fixtures/outcomes.js';
import { startSimulatorUnderTest } from './fixtures/simulator-under-test.js';
import { startSpoiltBroker } from './fixtures/spoilt-broker.js';
import type { Area, VisibleRow } from './row.js';
import { chosen } from './runner/choice.js';

const HEADING = { level: 'MUST', endpoint: 'provision', section: 'somewhere', since: '2.13', title: 'keeps a rule' } as const;
const areaOf = (...checks: readonly VisibleRow['check'][]): Area[] => [
  { code: 'PRV', rows: checks.map((check, index) => ({ ...HEADING, number: 221 + index, check })) },
];

test('a row passes only when its check held; everything else is told', async () => {
  const { broker, target } = await startSimulatorUnderTest();
  const { volume: _nobody, ...plans } = target.profile.plans;
  try {
    const run = await runAgainst(
      { ...target, profile: { ...target.profile, plans } },
      areaOf(
        async () => undefined,
        async () => Promise.reject(new Broken('it was answered 500')),
        async () => Promise.reject(new Inapplicable('it has no dashboard')),
        async () => Promise.reject(new TypeError('a fault of the row')),
        async (under) => void under.instance('volume'),
      ),
    );
    expect(run.results.map(({ outcome }) => outcome)).toEqual([
      { kind: 'passed' },
      { kind: 'failed', problem: 'it was answered 500' },
      { kind: 'inapplicable', reason: 'it has no dashboard' },
      { kind: 'failed', problem: 'it could not be played: a fault of the row' },
      { kind: 'failed', problem: 'it could not be played: the row uses the part volume without needing it' },
    ]);
  } finally {
    await broker.close();
  }
});

test('a story is played once, however many rows look at it', async () => {
  const { broker, target } = await startSimulatorUnderTest();
  let played = 0;
  const story = async (): Promise<number> => {
    played += 1;
    return played;
  };
  try {
    const look: VisibleRow['check'] = async (under) => {
      if ((await under.once(story)) !== 1) throw new Broken('it was played again');
    };
    const { results } = await runAgainst(target, areaOf(look, look, look));
    expect(results.map(({ outcome }) => outcome.kind)).toEqual(['passed', 'passed', 'passed']);
  } finally {
    await broker.close();
  }
});

test('everything that was made is removed, also what ends later', async () => {
  const { broker, target } = await startSimulatorUnderTest();
  try {
    const run = await runAgainst(
      target,
      areaOf(
        async (under) => void (await under.made('async')),
        async (under) => void (await under.bound('asyncBinding')),
        async (under) => void (await under.instance('sync').provision()),
      ),
    );
    expect(run.leftBehind).toEqual([]);
    const under = await BrokerUnderTest.meet(target);
    expect(under.traces.left).toEqual([]);
    under.close();
  } finally {
    await broker.close();
  }
});

test('a plan is not taken for another one than itself', async () => {
  const { broker, target } = await startSimulatorUnderTest();
  const profile = parseProfile('plans: { sync: simulator/sync, slowCreate: { plan: simulator/async, create: { simulate: { async: { durationMs: 3000 } } } } }');
  try {
    const under = await BrokerUnderTest.meet({ ...target, profile });
    expect(under.parts.summary).toMatchObject({ otherPlan: 'simulator/async', slowCreate: 'simulator/async' });
    under.close();
    const { results } = await runAgainst({ ...target, profile }, chosen(AREAS, '235'));
    expect(results.map(({ outcome }) => outcome)).toEqual([{ kind: 'passed' }]);
  } finally {
    await broker.close();
  }
});

test('what cannot be removed is told, with the answer that says why', async () => {
  const broker = await startSpoiltBroker({
    request: (request) => (request.method === 'DELETE' ? { ...request, url: '/v2/nowhere' } : request),
  });
  try {
    const { leftBehind } = await runAgainst(broker.target, areaOf(async (under) => void (await under.made('sync', 'i-1'))));
    expect(leftBehind).toEqual([expect.stringMatching(/^\/v2\/service_instances\/i-1: DELETE .* was answered 40[45] /)]);
  } finally {
    await broker.close();
  }
});

test('without a profile the parts are found in the catalog and by a trial', async () => {
  const { broker, target } = await startSimulatorUnderTest();
  try {
    const under = await BrokerUnderTest.meet({ ...target, profile: parseProfile('') });
    expect(under.parts.summary).toMatchObject({
      any: 'simulator/sync',
      sync: 'simulator/sync',
      asyncOnly: 'simulator/async',
      notBindable: 'simulator/not-bindable',
      rotatable: 'simulator/rotatable',
      withMaintenance: 'simulator/maintenance',
      otherService: 'simulator-1/sync',
    });
    expect(under.parts.missing(['login', 'slowCreate', 'contextUpdates'])).toEqual(['slowCreate']);
    expect(under.traces.left).toEqual([]);
    under.close();
  } finally {
    await broker.close();
  }
});

test('a profile that names a plan nobody offers is told which there are', async () => {
  const { broker, target } = await startSimulatorUnderTest();
  try {
    const profile = parseProfile('plans: { sync: simulator/huge }');
    await expect(BrokerUnderTest.meet({ ...target, profile })).rejects.toThrow(/^the profile names the plan simulator\/huge; the catalog has simulator\/sync, /);
  } finally {
    await broker.close();
  }
});
