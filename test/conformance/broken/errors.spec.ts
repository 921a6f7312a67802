import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, pathOf, toInstance, withMembers } from '../fixtures/spoiling.js';
import { SIMULATOR_LOGIN } from '../fixtures/simulator-under-test.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

/** Errors are answered like this. */
const failing = (answer: (told: SpoiltAnswer, request: SpoiltRequest) => SpoiltAnswer | undefined): Spoiling => ({
  answer: (told, request) => (told.status < 400 ? undefined : answer(told, request)) ?? told,
});

/** Errors have these members, too. */
const telling = (members: Members, when: (told: SpoiltAnswer, request: SpoiltRequest) => boolean = () => true): Spoiling =>
  failing((told, request) => (when(told, request) ? withMembers(told, members) : undefined));

/** The word is another one. */
const misspelling = (word: string): Spoiling => telling({ error: word.toLowerCase() }, (told) => membersOf(told)['error'] === word);

/** What failed later has these members. */
const failedLater = (members: Members, description: string): Spoiling => ({
  answer: (told) => (membersOf(told)['state'] === 'failed' && told.body.includes(description) ? withMembers(told, members) : told),
});

/** Such requests are read as others, which go well, and are answered with an error all the same. */
const secretly = (
  when: (request: SpoiltRequest) => boolean,
  status: number,
  read: (request: SpoiltRequest) => SpoiltRequest,
): Spoiling => ({
  request: (request) => (when(request) ? read(request) : request),
  answer: (told, request) => (when(request) ? instead(told, status, { description: 'No.' }) : told),
});

const asking = (members: Members) => (request: SpoiltRequest) => withMembers(request, members);
const isUpdate = (request: SpoiltRequest): boolean => toInstance('PATCH', request);
const isCreate = (request: SpoiltRequest): boolean => toInstance('PUT', request);

/** Creates whose first delete is to break down make something else; that delete is carried out, and answered 500. */
function removing(): Spoiling {
  const doomed = new Set<string>();
  const isDoomed = (request: SpoiltRequest): boolean => request.method === 'PUT' && /"(deprovision|unbind)":\{"failWith"/.test(request.body);
  return {
    request: (request) => {
      if (!isDoomed(request)) return request;
      doomed.add(pathOf(request));
      return withMembers(request, { parameters: {} });
    },
    answer: (told, request) => (request.method === 'DELETE' && doomed.delete(pathOf(request)) ? instead(told, 500) : told),
  };
}

const words: Case[] = [
  ['does not know what is gone', failing((told) => (told.status === 410 ? { ...told, status: 404 } : undefined)), [75, 86]],
  ['takes nonsense for unsupported', failing((told, { body }) => (body === '{"service_id":' ? { ...told, status: 422 } : undefined)), [75]],
  ['breaks down over versions', failing((told) => (told.status === 412 ? { ...told, status: 500 } : undefined)), [75]],
  ['names errors by sentences', telling({ error: 'Bad Request' }, ({ status }) => status === 400), [76]],
  ['names errors by nothing', telling({ error: '' }, ({ status }) => status === 401), [76]],
  ['names errors by numbers', telling({ error: 409 }, ({ status }) => status === 409), [76]],
  ['describes errors by nothing', telling({ description: ' ' }, ({ status }) => status === 404), [77]],
  ['shows where it broke down', telling({ description: 'TypeError\n    at act (/app/broker.js:7:3)' }, ({ status }) => status === 500), [77]],
  ['tells passwords', telling({ expected: SIMULATOR_LOGIN }, ({ status }) => status === 401), [77]],
  ['has another word for AsyncRequired', misspelling('AsyncRequired'), [75, 78]],
  ['has another word for RequiresApp', misspelling('RequiresApp'), [80]],
  ['has another word for MaintenanceInfoConflict', misspelling('MaintenanceInfoConflict'), [75, 81]],
];

const flags: Case[] = [
  ['always tells whether the instance can be used', telling({ instance_usable: true }), [82]],
  ['always tells whether the update can be repeated', telling({ update_repeatable: false }), [83]],
  [
    'tells of updates with deletes',
    telling({ update_repeatable: true }, (_told, request) => toInstance('DELETE', request)),
    [83],
  ],
  ['says yes for true', failedLater({ update_repeatable: 'yes' }, 'quota'), [84]],
  ['says no for false', telling({ instance_usable: 'no' }, (_told, request) => isUpdate(request)), [84]],
  ['says 0 for false', failedLater({ instance_usable: 0 }, 'The disk is busy.'), [85]],
];

const effects: Case[] = [
  [
    'deletes without a plan, and says it did not',
    secretly((request) => toInstance('DELETE', request) && /plan_id=&/.test(request.url), 400, (request) => ({
      ...request,
      url: request.url.replace('plan_id=&', 'plan_id=any&'),
    })),
    [86],
  ],
  [
    'updates for any service, and says it did not',
    secretly((request) => isUpdate(request) && /"service_id":"conformance-nobody/.test(request.body), 400, asking({ service_id: 'simulator-service' })),
    [86],
  ],
  [
    'makes what it cannot read, and says it did not',
    secretly((request) => isCreate(request) && /"parameters":\[\]/.test(request.body), 400, asking({ parameters: {} })),
    [86],
  ],
  [
    'makes instances, and breaks down then',
    secretly((request) => isCreate(request) && /"simulate":\{"failWith"/.test(request.body), 500, asking({ parameters: {} })),
    [87],
  ],
  ['removes, and breaks down then', removing(), [87]],
  [
    'updates, and breaks down then',
    secretly((request) => isUpdate(request) && /The disk is full/.test(request.body), 500, asking({ parameters: { conformance: 'after' } })),
    [88],
  ],
  [
    'updates to other plans, and refuses then',
    secretly((request) => isUpdate(request) && /grow/.test(request.body), 422, asking({ parameters: {} })),
    [88],
  ],
];

test.concurrent.each([...words, ...flags, ...effects])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('ERR', spoiling, rows, '75-78,80-88');
});

test('a broker that has another word for ConcurrencyError', async () => {
  await expectBroken('ERR', misspelling('ConcurrencyError'), [79]);
});
