import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, pathOf } from '../fixtures/spoiling.js';
import type { Spoiling } from '../fixtures/spoilt-broker.js';
import { catalogAnswer, plan, service, services } from '../fixtures/spoilt-catalogs.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const DATE = 'Sat, 21 Nov 2026 09:00:00 GMT';
const client = { id: 'simulator-dashboard', secret: 'secret', redirect_uri: 'https://simulator.example' };
const withClient = (changes: object): Spoiling => service({ dashboard_client: { ...client, id: 'another', ...changes } });

/** From the second reading on. */
const later = (members: Record<string, unknown>): Spoiling =>
  catalogAnswer((told, _request, isFirst) => (isFirst ? undefined : { ...told, body: JSON.stringify({ ...membersOf(told), ...members }) }));

/** Answers with Last-Modified, and 304 to those who ask for changes where the test says so. */
const dated = (isUnchanged: (since: string) => boolean): Spoiling =>
  catalogAnswer((told, { headers }) => {
    const since = headers['if-modified-since'];
    if (since !== undefined && isUnchanged(since)) return { status: 304, headers: {}, body: '' };
    return { ...told, headers: { ...told.headers, 'last-modified': DATE } };
  });

/** Reads If-None-Match as if this were sent. */
const comparing = (tag: (sent: string) => string): Spoiling => ({
  request: (request) => {
    const { 'if-none-match': sent, ...headers } = request.headers;
    return pathOf(request) === '/v2/catalog' && sent !== undefined ? { ...request, headers: { ...headers, 'if-none-match': tag(sent) } } : request;
  },
});

const offerings: Case[] = [
  ['has a service without a name', service({ name: '' }), [91, 93]],
  ['has two services of the same name', service({ name: 'simulator' }), [92]],
  ['has spaces in the name of a service', service({ name: 'simulator 1' }), [93]],
  ['has umlauts in the name of a plan', plan({ name: 'schnell-für-alle' }), [93]],
  ['has two services of the same id', service({ id: 'simulator-service' }), [94]],
  ['has a number for an id', service({ id: 7 }), [94]],
  ['does not describe a service', service({ description: ' ' }), [95]],
  ['says yes instead of true', service({ bindable: 'yes' }), [96]],
  ['does not say what can be bound', service({ bindable: undefined }), [96]],
  ['has a service without plans', service({ plans: [] }), [97]],
  ['has plans by their names', service({ plans: { sync: {} } }), [97]],
  ['has tags in one text', service({ tags: 'a,b' }), [98]],
  ['has numbers for tags', service({ tags: [1] }), [98]],
  ['has null for tags', service({ tags: null }), [98]],
  ['requires what nobody knows', service({ requires: ['syslog_drain', 'root'] }), [99]],
  ['requires one thing', service({ requires: 'syslog_drain' }), [99]],
  ['announces by a text that instances can be fetched', service({ instances_retrievable: 'true' }), [100]],
  ['announces null for bindings that can be fetched', service({ bindings_retrievable: null }), [100]],
  ['announces updates of the context by a number', service({ allow_context_updates: 1 }), [101]],
  ['announces updates of the context with a plan', plan({ allow_context_updates: true }), [101]],
  ['has a list for metadata', service({ metadata: [] }), [102]],
  ['has a dashboard client without a secret', withClient({ secret: '' }), [103]],
  ['has a dashboard client without redirect_uri', withClient({ redirect_uri: undefined }), [103]],
  ['has the same dashboard client twice', service({ dashboard_client: client }), [103]],
  ['has a text for a dashboard client', service({ dashboard_client: 'simulator-dashboard' }), [103]],
  ['spells plan_updateable as people do', service({ plan_updateable: undefined, plan_updatable: true }), [104]],
  ['says maybe to changes of the plan', service({ plan_updateable: 'maybe' }), [104]],
  ['describes a plan endlessly', plan({ description: 'd'.repeat(256) }), [108]],
];

const answers: Case[] = [
  ['has null for services', later({ services: null }), [89, 90, 105, 109, 111, 112]],
  ['has services by their names', later({ services: { simulator: {} } }), [89, 105, 109, 111, 112]],
  ['answers with a list', catalogAnswer((told, _request, isFirst) => (isFirst ? undefined : { ...told, body: '[]' })), [89, 90, 105, 109, 111, 112]],
  [
    'makes new ids for every reading',
    services((all, isFirst) => all.map((each, index) => (isFirst || index === 0 ? each : { ...each, id: 'new-every-time' }))),
    [105],
  ],
  [
    'makes new ids of plans for every reading',
    services((all, isFirst) => all.map((each) => (isFirst ? each : { ...each, plans: each.plans.map(({ id, ...more }) => ({ ...more, id: `new-${String(id)}` })) }))),
    [105],
  ],
  ['knows no ETag', comparing(() => '"none"'), [109]],
  ['takes one ETag only', comparing((sent) => (sent.includes(',') ? '"none"' : sent)), [109]],
  ['does not know weak ETags', comparing((sent) => sent.replace('W/', 'w/')), [109]],
  ['takes any ETag for its own', comparing(() => '*'), [109]],
  ['does not look at the date', dated(() => false), [110]],
  ['says that nothing has changed since ever', dated(() => true), [110]],
  [
    'wants to know who reads its catalog',
    catalogAnswer((told, { headers }, isFirst) =>
      isFirst || 'x-broker-api-originating-identity' in headers || 'if-none-match' in headers ? undefined : instead(told, 400),
    ),
    [89, 90, 105, 111, 112],
  ],
  [
    'tells something else every time',
    services((all, isFirst) => all.map((each) => ({ ...each, 'x-read': isFirst ? 'once' : 'again' }))),
    [112],
  ],
];

test.concurrent.each([...offerings, ...answers])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('CAT', spoiling, rows);
});

test('a broker that says when its catalog changed, and keeps to it', async () => {
  await expectBroken('CAT', dated((since) => since === DATE), []);
});
