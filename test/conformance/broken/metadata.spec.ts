import { AREAS } from '../areas.js';
import { parseProfile } from '../broker/profile.js';
import { expectBroken } from '../fixtures/expect-broken.js';
import { failed, runAgainst } from '../fixtures/outcomes.js';
import { startSpoiltBroker, type Spoiling } from '../fixtures/spoilt-broker.js';
import { plan, service, services } from '../fixtures/spoilt-catalogs.js';
import { chosen } from '../runner/choice.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const ofService = (metadata: object): Spoiling => service({ metadata });
const ofPlan = (metadata: object): Spoiling => plan({ metadata });
const costing = (...costs: readonly unknown[]): Spoiling => ofPlan({ costs });
const unit = 'MONTHLY';

test.concurrent.each([
  ['has a list for a displayName', ofService({ displayName: ['Simulator'] }), [139]],
  ['has no words for its long description', ofService({ longDescription: '' }), [139]],
  ['has a number for its provider', ofService({ providerDisplayName: 7 }), [139]],
  ['has a path for its documentation', ofService({ documentationUrl: '/documentation' }), [140]],
  ['has a mail address for its support', ofService({ supportUrl: 'support@simulator.example' }), [140]],
  ['has a text for its image', ofService({ imageUrl: 'data:text/plain,simulator' }), [140]],
  ['has a script for its image', ofService({ imageUrl: 'javascript:alert(1)' }), [140]],
  ['says by a text that it can be shared', ofService({ shareable: 'true' }), [141]],
  ['has one bullet for a list', ofPlan({ bullets: 'Quick' }), [142]],
  ['has objects for bullets', ofPlan({ bullets: [{ text: 'Quick' }] }), [142]],
  ['has one cost for a list', ofPlan({ costs: { amount: { usd: 1 }, unit } }), [143]],
  ['has a cost without a unit', costing({ amount: { usd: 1 } }), [143]],
  ['has a cost without a currency', costing({ amount: 9.5, unit }), [143]],
  ['has a cost without amounts', costing({ amount: {}, unit }), [143]],
  ['has texts for amounts', costing({ amount: { usd: 1 }, unit }, { amount: { usd: '9.50' }, unit }), [143]],
  ['has an object for the displayName of a plan', ofPlan({ displayName: { en: 'Quick' } }), [144]],
  [
    'tells other metadata every time',
    services((all, isFirst) => all.map((each, index) => (index === 0 ? { ...each, metadata: { ...Object(each['metadata']), read: isFirst } } : each))),
    [145],
  ],
  [
    'keeps metadata it does not know to itself the second time',
    services((all, isFirst) => all.map((each) => (isFirst ? each : { ...each, metadata: {}, plans: each.plans.map((one) => ({ ...one, metadata: {} })) }))),
    [145],
  ],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('META', spoiling, rows);
});

test('a broker of 2.14 may say by a text that its instances can be shared', async () => {
  const broker = await startSpoiltBroker(ofService({ shareable: 'true' }));
  try {
    const profile = parseProfile('{ version: "2.14", plans: { sync: simulator/sync } }');
    expect(failed(await runAgainst({ ...broker.target, profile }, chosen(AREAS, 'META')))).toEqual({});
  } finally {
    await broker.close();
  }
});
