import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, pathOf, remembering, toBinding, toInstance, withMembers, type Change } from '../fixtures/spoiling.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isUpdate = (request: SpoiltRequest): boolean => toInstance('PATCH', request);
const within = (request: SpoiltRequest, member: string): Members => (membersOf(request)[member] ?? {}) as Members;
const has = (request: SpoiltRequest, ...members: readonly string[]): boolean => members.every((member) => member in membersOf(request));

/** Updates with a JSON object are read with these members instead of their own. */
const reading = (members: (request: SpoiltRequest) => Members | undefined): Spoiling => ({
  request: (request) => {
    const changes = isUpdate(request) && Object.keys(membersOf(request)).length > 0 ? members(request) : undefined;
    return changes ? withMembers(request, changes) : request;
  },
});

/** Updates are answered like this. */
const answering = (answer: Change): Spoiling => answeringTo(isUpdate, answer);

/** Refuses such updates, with a reason, whatever comes of them. */
const refusing = (when: (request: SpoiltRequest) => boolean, status = 422): Spoiling =>
  answering((told, request) => (when(request) ? instead(told, status, { description: 'No.' }) : undefined));

const requests: Case[] = [
  [
    'does not apply parameters',
    reading((request) => ('conformance' in Object(within(request, 'parameters')) ? { parameters: {} } : undefined)),
    [283],
  ],
  ['refuses to change nothing', refusing(({ url, body }) => !url.includes('accepts') && !body.includes('parameters')), [284]],
  ['needs no service', reading((request) => (membersOf(request)['service_id'] ? undefined : { service_id: 'simulator-service' })), [287]],
  [
    'takes lists for parameters',
    reading((request) => (Array.isArray(membersOf(request)['parameters']) ? { parameters: {} } : undefined)),
    [288],
  ],
  [
    'takes nothing for an update',
    { request: (request) => (isUpdate(request) && request.body === '' ? withMembers(request, { service_id: 'simulator-service' }) : request) },
    [288],
  ],
  ['updates what it does not know', answering((told) => (told.status === 404 ? instead(told, 200) : undefined)), [289]],
  [
    'does not look at the service',
    reading((request) => (membersOf(request)['service_id'] && !has(request, 'context') ? { service_id: 'simulator-service' } : undefined)),
    [290, 294],
  ],
  ['changes parameters nobody named', reading((request) => (has(request, 'parameters') ? undefined : { parameters: { made: 'up' } })), [292, 295, 302, 307]],
  [
    'makes do with any plan',
    reading((request) => (/nobody/.test(String(membersOf(request)['plan_id'])) ? { plan_id: undefined } : undefined)),
    [293, 309],
  ],
  [
    'takes an empty plan for none',
    reading((request) => (membersOf(request)['plan_id'] === '' ? { plan_id: undefined } : undefined)),
    [295],
  ],
];

const plans: Case[] = [
  [
    'changes whatever it should not',
    answering((told) => (told.status === 422 ? instead(told, 200) : undefined)),
    [297, 298, 299, 305, 306, 307],
  ],
  ['gives no reasons', answering((told) => (told.status === 422 ? instead(told, 422) : undefined)), [297, 298, 299, 305, 306]],
  [
    'keeps the plan',
    reading((request) => ({ plan_id: membersOf(request)['plan_id'] === 'simulator-sync' ? undefined : membersOf(request)['plan_id'] })),
    [291, 296],
  ],
  [
    'takes parameters only where the plan can be changed',
    refusing((request) => within(request, 'parameters')['conformance'] === 'after' && !has(request, 'plan_id')),
    [283, 300, 305],
  ],
  [
    'takes every plan_id for a change',
    refusing((request) => has(request, 'plan_id', 'parameters') && membersOf(request)['plan_id'] === 'simulator-sync'),
    [301],
  ],
  ['refuses contexts it announced to take', refusing((request) => within(request, 'context')['platform'] === 'cloudfoundry'), [302]],
  [
    'breaks down over contexts it did not announce to take',
    refusing(({ body }) => body.includes('simulator-service-1') && body.includes('context'), 500),
    [303],
  ],
  ['does not look at versions', reading(() => ({ maintenance_info: undefined })), [305, 306]],
  [
    'refuses its own version',
    refusing((request) => within(request, 'maintenance_info')['version'] === '2.1.1+abcdef' && !has(request, 'plan_id')),
    [304],
  ],
  [
    'compares with the version of the old plan',
    refusing((request) => within(request, 'maintenance_info')['version'] === '2.1.1+abcdef' && has(request, 'plan_id')),
    [306],
  ],
  [
    'applies what it refuses',
    {
      ...reading((request) => (within(request, 'maintenance_info')['version'] === 'Invalid' ? { maintenance_info: undefined } : undefined)),
      answer: (told, { body }) => (body.includes('Invalid') ? instead(told, 422, { error: 'MaintenanceInfoConflict' }) : told),
    },
    [305],
  ],
  ['checks previous values', refusing((request) => /nobody/.test(String(within(request, 'previous_values')['plan_id']))), [307]],
  [
    'takes the previous plan for the one it has',
    reading((request) => (membersOf(request)['plan_id'] === within(request, 'previous_values')['plan_id'] ? { plan_id: undefined } : undefined)),
    [307],
  ],
  ['knows no previous service', refusing((request) => 'service_id' in within(request, 'previous_values'), 400), [308]],
];

/** The first update that is to fail like this is carried out, and said to have failed. */
function appliedAllTheSame(): Spoiling {
  const paths = new Set<string>();
  return {
    request: (request) => {
      if (!isUpdate(request) || !request.body.includes('The quota is used up.')) return request;
      paths.add(pathOf(request));
      return withMembers(request, { parameters: { simulate: { async: { durationMs: 0 } }, conformance: 'after' } });
    },
    answer: (told, request) => {
      const polled = request.method === 'GET' && membersOf(told)['state'] === 'succeeded';
      return polled && paths.delete(pathOf(request).replace('/last_operation', '')) ? withMembers(told, { state: 'failed' }) : told;
    },
  };
}

const outcomes: Case[] = [
  [
    'takes its time for what it is through with',
    answering((told) => (told.status === 200 ? { ...told, status: 202 } : undefined)),
    [283, 284],
  ],
  [
    'applies an update, and breaks down then',
    {
      ...reading(({ body }) => (body.includes('The disk is full.') ? { parameters: { conformance: 'after' } } : undefined)),
      answer: (told, request) => (isUpdate(request) && request.body.includes('The disk is full.') ? instead(told, 500) : told),
    },
    [309],
  ],
  ['applies an update, and says it failed', appliedAllTheSame(), [310]],
  ['breaks down over what is unusable', { answer: (told, request) => (toBinding('PUT', request) ? instead(told, 500) : told) }, [311]],
  ['does not tell of new dashboards', answering((told) => withMembers(told, { dashboard_url: undefined })), [312]],
  [
    'forgets its new dashboard',
    remembering((told, request, past) =>
      toInstance('GET', request) && past.filter((each) => each === 'PATCH 200').length > 1 && told.body.includes('moved')
        ? withMembers(told, { dashboard_url: 'https://simulator.example/before' })
        : undefined,
    ),
    [312],
  ],
  [
    'names operations by nothing',
    {
      ...answering((told) => (told.status === 202 ? withMembers(told, { operation: '' }) : undefined)),
      request: (request) => ({ ...request, url: request.url.replace(/operation=$/, '') }),
    },
    [313],
  ],
  ['has labels in a list', answering((told) => (told.status === 200 ? withMembers(told, { metadata: { labels: [] } }) : undefined)), [314]],
  [
    'breaks down over a repair',
    remembering((told, request, past) => (isUpdate(request) && past.includes('GET 200 failed') ? instead(told, 500) : undefined)),
    [315],
  ],
];

test.concurrent.each([...requests, ...plans, ...outcomes])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('UPD', spoiling, rows, '283-285,287-315');
});

test.concurrent.each([
  [
    'has a new operation for each update',
    remembering((told, request, past) =>
      isUpdate(request) && past.includes('PATCH 202') && told.status === 202 ? withMembers(told, { operation: 'another' }) : undefined,
    ),
    [286],
  ],
  [
    'takes accepted for done',
    answering((told) => (told.status === 202 ? { ...told, status: 200 } : undefined)),
    [285, 286, 310, 311, 313, 315],
  ],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('UPD', spoiling, rows);
});
