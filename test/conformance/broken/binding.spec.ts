import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, pathOf, remembering, toBinding, withMembers, type Change } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isBind = (request: SpoiltRequest): boolean => toBinding('PUT', request);
const parametersOf = (request: SpoiltRequest): Members => (membersOf(request)['parameters'] ?? {}) as Members;
const told = ({ status }: SpoiltAnswer): boolean => status === 200 || status === 201;

/** Binds with a JSON object are read with these members instead of their own. */
const reading = (members: (request: SpoiltRequest) => Members | undefined): Spoiling => ({
  request: (request) => {
    const changes = isBind(request) ? members(request) : undefined;
    return changes ? withMembers(request, changes) : request;
  },
});

/** Binds are answered like this. */
const answering = (answer: Change): Spoiling => answeringTo(isBind, answer);

/** Binds whose body is like this are refused. */
const refusing = (pattern: RegExp): Spoiling =>
  answering((answer, { body }) => (pattern.test(body) ? instead(answer, 400, { description: 'No.' }) : undefined));

/** Refusals that say this are given in another way. */
const insteadOf = (words: string, other: (answer: SpoiltAnswer) => SpoiltAnswer): Spoiling =>
  answering((answer) => (answer.body.includes(words) ? other(answer) : undefined));

/** What is told of a binding that is made has these members. */
const telling = (members: (members: Members) => Members): Spoiling =>
  answering((answer) => (told(answer) ? withMembers(answer, members(membersOf(answer))) : undefined));

/** Such a member is told otherwise. */
const retelling = (member: string, change: (value: unknown) => unknown): Spoiling =>
  telling((members) => (member in members ? { [member]: change(members[member]) } : {}));

/** Such objects in a list are told with these members instead. */
const eachIn = (member: string, change: Members): Spoiling =>
  retelling(member, (list) => (list as Members[]).map((each) => ({ ...each, ...change })));


const mount = (change: Members): Spoiling => eachIn('volume_mounts', change);
const endpoint = (change: Members): Spoiling => eachIn('endpoints', change);
const dated = (change: Members): Spoiling => retelling('metadata', (metadata) => ({ ...(metadata as Members), ...change }));

const FILLED_IN: Members = { service_id: 'simulator-service', plan_id: 'simulator-sync' };
const ROUTE = { bind_resource: { route: 'any.example.com' } };

/** All bindings with one id are the first of them, whatever their instance. */
function oneForAll(): Spoiling {
  const known = new Map<string, string>();
  return {
    request: (request) => {
      if (!isBind(request)) return request;
      const id = pathOf(request).split('/').at(-1) ?? '';
      const path = known.get(id) ?? pathOf(request);
      known.set(id, path);
      return { ...request, url: request.url.replace(pathOf(request), path) };
    },
  };
}

/** An unbind changes the credentials of the other bindings of the instance. */
function changingOthers(): Spoiling {
  const changed = new Set<string>();
  return {
    answer: (answer, request) => {
      const [instance = ''] = pathOf(request).split('/service_bindings/');
      if (toBinding('DELETE', request)) changed.add(instance);
      return isBind(request) && answer.status === 200 && changed.has(instance) ? withMembers(answer, { credentials: {} }) : answer;
    },
  };
}

const again: Case[] = [
  [
    'answers 200 to what it made',
    answering((answer) => (answer.status === 201 ? { ...answer, status: 200 } : undefined)),
    [316, 327, 335, 336, 337, 338],
  ],
  ['tells a dashboard with a 202', answering((answer) => (answer.status === 202 ? withMembers(answer, { dashboard_url: null }) : undefined)), [317]],
  ['tells credentials with a 202', answering((answer) => (answer.status === 202 ? withMembers(answer, { credentials: {} }) : undefined)), [317, 318]],
  [
    'refuses a bind again',
    answering((answer) => (answer.status === 200 ? instead(answer, 409) : undefined)),
    [319, 320, 326, 327, 341],
  ],
  [
    'tells credentials once only',
    answering((answer) => (answer.status === 200 ? withMembers(answer, { credentials: undefined }) : undefined)),
    [319, 320],
  ],
  [
    'tells other credentials each time',
    answering((answer) => (answer.status === 200 ? withMembers(answer, { credentials: { password: crypto.randomUUID() } }) : undefined)),
    [319, 327, 341, 361],
  ],
  [
    'takes all binds of an id for one',
    answering((answer) => (answer.status === 409 ? { ...answer, status: 200 } : undefined)),
    [322, 324, 325],
  ],
  ['does not compare parameters', reading((request) => ({ parameters: { simulate: parametersOf(request)['simulate'] } })), [322]],
  [
    'does not compare apps',
    { request: (request) => (isBind(request) ? { ...request, body: request.body.replaceAll('another-app', '3c9d0f52-7f4e-4f0b-8d55-0c1b6f7f2a11') } : request) },
    [324],
  ],
  ['checks the ids of an instance first', insteadOf('The binding has other attributes', (answer) => instead(answer, 400)), [322, 324, 325]],
  [
    'compares contexts',
    reading((request) => ({ parameters: { ...parametersOf(request), counted: membersOf(request)['context'] } })),
    [326],
  ],
  ['has one binding for each id', oneForAll(), [327]],
];

const bodies: Case[] = [
  [
    'makes do without the ids',
    reading((request) => Object.fromEntries(Object.entries(FILLED_IN).filter(([member]) => !membersOf(request)[member]))),
    [328, 329],
  ],
  ['takes null for the plan it has', reading((request) => (membersOf(request)['plan_id'] === null ? FILLED_IN : undefined)), [329]],
  ['makes do with any service', reading((request) => (/nobody/.test(String(membersOf(request)['service_id'])) ? FILLED_IN : undefined)), [330]],
  ['answers 400 where there is no instance', insteadOf('The instance does not exist', (answer) => instead(answer, 400)), [331]],
  ['does not say why it cannot be bound', insteadOf('cannot be bound', (answer) => instead(answer, 400)), [333]],
  ['binds what cannot be bound', insteadOf('cannot be bound', (answer) => instead(answer, 201)), [333, 364]],
  ['says by a text that something cannot be bound', insteadOf('cannot be bound', (answer) => ({ ...answer, body: 'No.' })), [333, 364]],
  ['answers 400 without an app', insteadOf('RequiresApp', (answer) => ({ ...answer, status: 400 })), [334]],
  [
    'makes what it refuses without an app',
    {
      ...reading(({ body }) => (body.includes('app-only') && !body.includes('app_guid') ? { app_guid: 'any' } : undefined)),
      answer: (answer, request) =>
        isBind(request) && request.body.includes('app-only') && !request.body.includes('app_guid')
          ? instead(answer, 422, { error: 'RequiresApp' })
          : answer,
    },
    [334],
  ],
  [
    'finds apps in bind_resource only',
    reading((request) => (membersOf(request)['bind_resource'] || !membersOf(request)['app_guid'] ? undefined : { app_guid: undefined })),
    [335],
  ],
  ['refuses an empty bind_resource', refusing(/simulator-sync.*"bind_resource":\{\}/), [336]],
  ['refuses what it does not know of an app', refusing(/"nobody":\[/), [337]],
  ['refuses contexts of platforms it does not know', refusing(/"platform":"conformance"/), [338]],
];

const permissions: Case[] = [
  ['gives credentials as a text', retelling('credentials', (value) => JSON.stringify(value)), [320, 339, 361]],
  [
    'has one password for all',
    { answer: (answer) => ('credentials' in membersOf(answer) ? withMembers(answer, { credentials: { password: 'the same' } }) : answer) },
    [327, 340],
  ],
  ['changes all credentials with one unbind', changingOthers(), [341]],
  [
    'tells of what is removed',
    remembering((answer, request, past) => (toBinding('GET', request) && past.includes('DELETE 200') ? instead(answer, 200) : undefined)),
    [341],
  ],
  ['gives no drain', telling(() => ({ syslog_drain_url: undefined })), [342]],
  ['gives drains to all', telling(() => ({ syslog_drain_url: 'syslog://drain.example' })), [343]],
  ['gives no address for a route', telling(() => ({ route_service_url: undefined })), [344]],
  ['has routes by http', retelling('route_service_url', () => 'http://routes.simulator.example/'), [344]],
  ['gives addresses for routes to all', telling(() => ({ route_service_url: 'https://routes.simulator.example/' })), [345, 346]],
  ['gives no volumes', telling(() => ({ volume_mounts: undefined })), [347, 349, 350, 351]],
  ['gives lists without a volume', telling(({ volume_mounts: mounts = [] }) => ({ volume_mounts: mounts })), [348]],
  ['does not tell who drives a volume', mount({ driver: undefined }), [349]],
  ['has volumes to write only', mount({ mode: 'w' }), [350]],
  ['has volumes on devices of one app', mount({ device_type: 'private' }), [350]],
  ['does not name the volume', mount({ device: { mount_config: {} } }), [351]],
  ['tells how to mount by a text', mount({ device: { volume_id: 'v', mount_config: 'nfs' } }), [351]],
];

const results: Case[] = [
  ['has ports that are numbers', endpoint({ ports: [5432] }), [352]],
  ['has endpoints without a port', endpoint({ ports: [] }), [352]],
  ['has endpoints of other protocols', endpoint({ protocol: 'http' }), [353]],
  ['does not tell endpoints', telling(() => ({ endpoints: undefined })), [355]],
  ['leaves out fractions of seconds', dated({ expires_at: '2099-12-31T23:59:59Z' }), [356, 357]],
  ['tells moments of another zone', dated({ renew_before: '2029-12-31T23:59:59.0+01:00' }), [357]],
  ['renews what has expired', dated({ expires_at: '2029-12-31T23:59:59.0Z', renew_before: '2030-12-31T23:59:59.0Z' }), [357]],
  ['tells users in the metadata', dated({ username: 'them' }), [358]],
  ['tells addresses with a secret in the metadata', dated({ hint: 'use https://them:secret@db.simulator.example:5432/' }), [358]],
  [
    'names operations by nothing',
    answering((answer) => (answer.status === 202 ? withMembers(answer, { operation: null }) : undefined)),
    [359],
  ],
  [
    'gives operations endless names',
    {
      ...answering((answer) => (answer.status === 202 ? withMembers(answer, { operation: 'o'.repeat(10_001) }) : undefined)),
      request: (request) => ({ ...request, url: request.url.replace(/operation=o+$/, '') }),
    },
    [359],
  ],
  [
    'does not announce that bindings can be asked for',
    { answer: (answer, { url }) => (url === '/v2/catalog' ? { ...answer, body: answer.body.replaceAll('bindings_retrievable', 'other') } : answer) },
    [360],
  ],
  ['takes an empty app_guid for an app', reading((request) => (membersOf(request)['app_guid'] === '' ? { app_guid: 'none' } : undefined)), [362]],
  ['answers 422 without a route', insteadOf('to a route only', (answer) => ({ ...answer, status: 422 })), [363]],
  ['makes up a route', reading(({ body }) => (/route-service/.test(body) && !/"route"/.test(body) ? ROUTE : undefined)), [363]],
  [
    'shows what broke down',
    remembering((answer, request, past) => (toBinding('GET', request) && past.includes('PUT 500') ? instead(answer, 200) : undefined)),
    [365],
  ],
  [
    'does not remove what broke down',
    remembering((answer, request, past) => (request.method === 'DELETE' && past.includes('PUT 500') ? instead(answer, 404) : undefined)),
    [365],
  ],
];

test.concurrent.each([...again, ...bodies, ...permissions, ...results])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('BND', spoiling, rows, '316-320,322,324-331,333-365');
});

test.concurrent.each([
  [
    'has a new operation for each bind',
    remembering((answer, request, past) =>
      isBind(request) && past.includes('PUT 202') && answer.status === 202 ? withMembers(answer, { operation: 'another' }) : undefined,
    ),
    [321],
  ],
  ['takes another bind for the one that runs', answering((answer) => (answer.status === 409 ? instead(answer, 202) : undefined)), [323]],
  ['answers 422 without a word while it is busy', insteadOf('ConcurrencyError', (answer) => withMembers(answer, { error: undefined })), [332]],
  ['breaks down over what failed', insteadOf('never completed', (answer) => instead(answer, 500)), [332]],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('BND', spoiling, rows, '321,323,332');
});
