import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, remembering, toInstance, withMembers, type Change } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isCreate = (request: SpoiltRequest): boolean => toInstance('PUT', request);
const parametersOf = (request: SpoiltRequest): Members => (membersOf(request)['parameters'] ?? {}) as Members;
const versionOf = (request: SpoiltRequest): unknown => (membersOf(request)['maintenance_info'] as Members | undefined)?.['version'];
const made = ({ status }: SpoiltAnswer): boolean => status === 201 || status === 202;

/** Creates are read with these members instead of their own. */
const reading = (members: (request: SpoiltRequest) => Members | undefined): Spoiling => ({
  request: (request) => {
    const changes = isCreate(request) ? members(request) : undefined;
    return changes ? withMembers(request, changes) : request;
  },
});

/** What should not count is put where it does. */
const counting = (member: (request: SpoiltRequest) => unknown): Spoiling =>
  reading((request) => {
    const counted = member(request);
    return counted === undefined ? undefined : { parameters: { ...parametersOf(request), counted } };
  });

/** Does not look at versions where the test says so. */
const anyVersion = (when: (version: string) => boolean): Spoiling =>
  reading((request) => {
    const version = versionOf(request);
    return typeof version === 'string' && when(version) ? { maintenance_info: undefined } : undefined;
  });

/** Creates are answered like this. */
const answering = (answer: Change): Spoiling => answeringTo(isCreate, answer);

/** Creates that were accepted or carried out are answered with these members. */
const telling = (members: Members): Spoiling => answering((told) => (made(told) ? withMembers(told, members) : undefined));

const FILLED_IN: Members = { service_id: 'simulator-service', plan_id: 'simulator-sync', organization_guid: 'o', space_guid: 's' };

const nobodys = (request: SpoiltRequest, member: string): boolean => /nobody/.test(String(membersOf(request)[member]));

const needless: Case[] = [
  [
    'makes do without the ids',
    reading((request) => Object.fromEntries(Object.entries(FILLED_IN).filter(([member]) => !membersOf(request)[member]))),
    [237, 238, 239, 240],
  ],
  [
    'makes do with any ids',
    reading((request) => (nobodys(request, 'service_id') || nobodys(request, 'plan_id') ? FILLED_IN : undefined)),
    [241, 242],
  ],
  [
    'finds a plan in any service',
    reading(({ body }) => (/"simulator-service",.*"simulator-service-1-sync"/.test(body) ? { plan_id: 'simulator-sync' } : undefined)),
    [243],
  ],
];

const comparing: Case[] = [
  [
    'takes all creates of an id for one',
    answering((told) => (told.status === 409 ? { ...told, status: 200 } : undefined)),
    [227, 228, 229, 230, 235, 236, 265],
  ],
  [
    'refuses without JSON',
    answering((told) => (told.status === 409 ? { ...told, body: '' } : undefined)),
    [227, 228, 229, 230, 235, 236, 265],
  ],
  ['does not compare parameters', reading((request) => ({ parameters: { simulate: parametersOf(request)['simulate'] } })), [229, 235]],
  ['compares parameters as texts', counting((request) => ('conformance' in parametersOf(request) ? request.body : undefined)), [231]],
  [
    'takes {} for parameters',
    reading(({ body }) => (body.includes('"parameters":{}') ? { parameters: { counted: 1 } } : undefined)),
    [232],
  ],
  ['compares contexts', counting((request) => membersOf(request)['context']), [233]],
  ['compares descriptions', counting((request) => membersOf(request)['maintenance_info']), [234]],
  ['compares users', counting(({ headers }) => headers['x-broker-api-originating-identity']), [234]],
];

const versions: Case[] = [
  ['does not look at versions', anyVersion(() => true), [247, 249, 250, 253, 255]],
  ['takes other builds and older versions', anyVersion((version) => /conformance|^0/.test(version)), [249, 255]],
  [
    'answers 400 to texts that are no version',
    answering((told, request) => (versionOf(request) === 'Invalid' ? instead(told, 400) : undefined)),
    [253],
  ],
  [
    'takes a number for a version',
    reading((request) => (typeof versionOf(request) === 'number' ? { maintenance_info: {} } : undefined)),
    [252],
  ],
  [
    'needs a version in maintenance_info',
    answering((told, { body }) => (body.includes('"maintenance_info":{}') ? instead(told, 400) : undefined)),
    [251],
  ],
  [
    'compares descriptions with the catalog',
    answering((told, { body }) => (body.includes('Not the one') ? instead(told, 422) : undefined)),
    [248],
  ],
  [
    'makes what it refuses',
    {
      ...anyVersion((version) => version === 'Invalid'),
      answer: (told, request) => (versionOf(request) === 'Invalid' ? instead(told, 422, { error: 'MaintenanceInfoConflict' }) : told),
    },
    [253],
  ],
];

const results: Case[] = [
  [
    'answers 200 to what it made',
    answering((told) => (told.status === 201 ? { ...told, status: 200 } : undefined)),
    [221, 244, 245, 246, 248, 251, 254, 256, 259],
  ],
  [
    'tells of dashboards later where it accepts',
    answering((told) => (told.status === 202 ? withMembers(told, { dashboard_url: undefined }) : undefined)),
    [256],
  ],
  ['has one dashboard for all', answering((told) => withMembers(told, { dashboard_url: 'https://dashboard.example' })), [256]],
  ['tells of dashboards by numbers', telling({ dashboard_url: 7 }), [223, 256, 257]],
  ['has metadata of other shapes', telling({ metadata: { labels: ['gold'], attributes: 'gold' } }), [223, 260, 261]],
  [
    'gives operations endless names',
    {
      ...answering((told) => (told.status === 202 ? withMembers(told, { operation: 'o'.repeat(10_001) }) : undefined)),
      request: (request) => ({ ...request, url: request.url.replace(/operation=o+/, '') }),
    },
    [258],
  ],
];

test.each([...needless, ...versions])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('PRV', spoiling, rows, '237-255');
});

test.concurrent.each([...comparing, ...results])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('PRV', spoiling, rows);
});

test.concurrent.each([
  [
    'has a new operation for each create',
    remembering((told, request, past) =>
      isCreate(request) && past.includes('PUT 202') && told.status === 202 ? withMembers(told, { operation: 'another' }) : undefined,
    ),
    [225],
  ],
  [
    'says that it is ready before it is',
    remembering((told, request, past) => (isCreate(request) && past.includes('PUT 202') && told.status === 422 ? instead(told, 200) : undefined)),
    [226],
  ],
  [
    'does not know its creates again',
    remembering((told, request, past) => (isCreate(request) && past.includes('PUT 201') && told.status === 200 ? instead(told, 409) : undefined)),
    [223, 224, 231, 232, 233, 234, 236, 259],
  ],
  [
    'shows what broke down',
    remembering((told, request, past) => (toInstance('GET', request) && past.includes('PUT 500') ? instead(told, 200) : undefined)),
    [262],
  ],
  [
    'never takes an id again',
    remembering((told, request, past) => (isCreate(request) && past.includes('DELETE 200') ? instead(told, 409) : undefined)),
    [263],
  ],
  [
    'takes what failed for made',
    remembering((told, request, past) => (isCreate(request) && past.at(-1) === 'GET 200 failed' ? instead(told, 200) : undefined)),
    [264],
  ],
  [
    'knows an instance by its first plan',
    remembering((told, request, past) => (isCreate(request) && past.includes('PATCH 200') ? instead(told, 200) : undefined)),
    [265],
  ],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('PRV', spoiling, rows);
});
