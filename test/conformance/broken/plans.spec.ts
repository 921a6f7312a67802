import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, toBinding, toInstance } from '../fixtures/spoiling.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';
import { plan, planCalled, service, services } from '../fixtures/spoilt-catalogs.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

/** Such requests are refused. */
const refusing = (status: number, which: (request: SpoiltRequest) => boolean): Spoiling => ({
  answer: (told, request) => (which(request) ? instead(told, status, { description: 'No.' }) : told),
});
const bindsOf = (planId: string) => (request: SpoiltRequest) => toBinding('PUT', request) && membersOf(request)['plan_id'] === planId;
const maintained = (info: unknown): Spoiling => planCalled('maintenance', { maintenance_info: info });

const told: Case[] = [
  ['has a plan without an id', planCalled('flaky', { id: '' }), [113]],
  ['has the id of a plan in two services', planCalled('flaky', { id: 'simulator-service-1-sync' }), [113]],
  ['has a plan without a name', plan({ name: ' ' }), [114]],
  ['has two plans of the same name in a service', planCalled('failing', { name: 'flaky' }), [114]],
  ['does not describe a plan', plan({ description: undefined }), [115]],
  ['describes a plan by a list', plan({ description: ['quick'] }), [115]],
  ['has a text for the metadata of a plan', plan({ metadata: 'gold' }), [116]],
  ['says what is free by a text', plan({ free: 'true' }), [117]],
  ['says yes to rotation', plan({ binding_rotatable: 'yes' }), [122]],
  ['says with the service that bindings can be rotated', service({ binding_rotatable: true }), [122]],
  ['has a text for the longest polling', plan({ maximum_polling_duration: '3600' }), [123]],
  ['has half seconds for the longest polling', plan({ maximum_polling_duration: 0.5 }), [123]],
  ['does not let anybody poll', plan({ maximum_polling_duration: 0 }), [123]],
  ['has a text for maintenance', maintained('1.0.0'), [124]],
  ['has no version for maintenance', maintained({ description: 'A patch.' }), [124, 125]],
  ['has a number for a version', maintained({ version: 2 }), [125]],
  ['does not describe its maintenance', maintained({ version: '1.0.0', description: '' }), [126]],
  ['describes its maintenance endlessly', maintained({ version: '1.0.0', description: 'd'.repeat(2_000) }), [126]],
];

const versions: Case[] = ['1.0', 'v1.0.0', '01.0.0', '1.0.0.0', '1.0.0-01', '1.0.0-', '1.0.0+a+b', ' 1.0.0'].map((version) => [
  `is at the version ${JSON.stringify(version)}`,
  maintained({ version, description: 'A patch.' }),
  [125],
]);

const kept: Case[] = [
  ['goes by what the service says of binds', refusing(400, bindsOf('simulator-service-1-sync')), [118]],
  ['binds only what says so itself', refusing(400, bindsOf('simulator-sync')), [120]],
  [
    'binds what cannot be bound',
    {
      request: (request) => request,
      answer: (answer, request) => (toBinding('PUT', request) && answer.status === 400 ? instead(answer, 201, { credentials: {} }) : answer),
    },
    [119],
  ],
  [
    'does not say why it does not bind',
    { answer: (answer, request) => (toBinding('PUT', request) && answer.status === 400 ? instead(answer, 400) : answer) },
    [119],
  ],
  [
    'goes by what the service says of changes of the plan',
    refusing(422, (request) => toInstance('PATCH', request) && 'plan_id' in membersOf(request)),
    [121],
  ],
];

test.concurrent.each([...told, ...versions, ...kept])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('PLN', spoiling, rows);
});

test.concurrent.each(['1.0.0', '2.1.1+abcdef', '1.0.0-rc.1', '0.0.0-0.a-b.7+001.x'])('a broker may be at the version %s', async (version) => {
  await expectBroken('PLN', maintained({ version, description: 'A patch.' }), []);
});

test('two services may have plans of the same name, and none need tell of what is optional', async () => {
  const optional = ['metadata', 'free', 'binding_rotatable', 'maximum_polling_duration', 'maintenance_info'];
  const bare = (plans: readonly object[]): object[] =>
    plans.map((each) => Object.fromEntries(Object.entries(each).filter(([name]) => !optional.includes(name))));
  await expectBroken('PLN', services((all) => all.map((each) => ({ ...each, plans: bare(each.plans) }))), []);
});
