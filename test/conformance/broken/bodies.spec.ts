import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, remembering, toBinding, toInstance, turningAway, withMembers } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;

const hasBody = ({ method }: SpoiltRequest): boolean => method === 'PUT' || method === 'PATCH';
const typeOf = ({ headers }: SpoiltRequest): string => headers['content-type'] ?? '';
const within = (request: SpoiltRequest, member: string): Members => Object(membersOf(request)[member]) as Members;
const isUpdate = (request: SpoiltRequest): boolean => toInstance('PATCH', request);

const telling = (when: (request: SpoiltRequest, told: SpoiltAnswer) => boolean, change: (told: SpoiltAnswer) => SpoiltAnswer): Spoiling => ({
  answer: (told, request) => (when(request, told) ? change(told) : told),
});

/** Such requests are read with these members instead. */
const reading = (when: (request: SpoiltRequest) => boolean, members: Members): Spoiling => ({
  request: (request) => (when(request) ? withMembers(request, members) : request),
});

/** Shows on every instance what one of them was sent. */
function polluted(): Spoiling {
  let shown: Members = {};
  return {
    answer: (told, request) => {
      if (request.body.includes('"__proto__"')) shown = { polluted: true };
      return toInstance('GET', request) && told.status === 200 ? withMembers(told, shown) : told;
    },
  };
}

const isDone = (request: SpoiltRequest, { status }: SpoiltAnswer): boolean => toInstance('DELETE', request) && status === 200;

test.concurrent.each<readonly [string, Spoiling, readonly number[]]>([
  ['answers with text', telling(() => true, (told) => ({ ...told, headers: { 'content-type': 'text/plain' } })), [45]],
  ['does not know what a charset is', turningAway((request) => /charset/i.test(typeOf(request)), 400), [46]],
  ['breaks down without a content type', turningAway((request) => hasBody(request) && typeOf(request) === '', 500), [47]],
  ['takes no other content type', turningAway((request) => hasBody(request) && /text|form|xml/.test(typeOf(request)), 415), [48]],
  ['takes what is no JSON for unsupported', turningAway((request) => hasBody(request) && request.body.startsWith("{'"), 422), [49]],
  ['breaks down without a body', turningAway((request) => hasBody(request) && request.body === '', 500), [50]],
  ['breaks down over null', turningAway((request) => request.body === 'null', 500), [50]],
  ['wants a content type with reads', turningAway((request) => toBinding('GET', request) && typeOf(request) === '', 400), [51]],
  ['says nothing when it is through', telling(isDone, (told) => ({ ...told, body: '' })), [52, 53]],
  ['answers with lists', telling((_request, { status }) => status === 410, (told) => ({ ...told, body: '[]' })), [52]],
  ['tells of what it removed', telling(isDone, (told) => withMembers(told, { state: 'gone' })), [53]],
  ['takes nothing it does not know', turningAway((request) => hasBody(request) && 'foo' in membersOf(request), 400), [54, 56]],
  ['breaks down over vendor members of updates', turningAway((request) => isUpdate(request) && 'foo' in membersOf(request), 500), [54]],
  [
    'compares all members',
    {
      request: (request) =>
        toInstance('PUT', request) && 'foo' in membersOf(request) ? withMembers(request, { parameters: { foo: 'bar' } }) : request,
    },
    [54, 56],
  ],
  [
    'compares members it does not know with those it had',
    remembering((told, request, past) => (toInstance('PUT', request) && past.includes('PUT 201') && 'foo' in membersOf(request) ? instead(told, 409) : undefined)),
    [56],
  ],
  ['looks into bind_resource', turningAway((request) => 'foo' in within(request, 'bind_resource'), 400), [55]],
  ['looks into previous_values', turningAway((request) => 'foo' in within(request, 'previous_values'), 400), [55]],
  ['looks into maintenance_info', turningAway((request) => 'foo' in within(request, 'maintenance_info'), 422), [55]],
  ['takes no query but its own', turningAway(({ url }) => /x-acme/.test(url), 400), [57]],
  ['takes lists for parameters', reading((request) => Array.isArray(membersOf(request)['parameters']), { parameters: {} }), [58]],
  ['takes texts for contexts', reading((request) => typeof membersOf(request)['context'] === 'string', { context: {} }), [58]],
  ['takes lists for bind_resource', reading((request) => Array.isArray(membersOf(request)['bind_resource']), { bind_resource: {} }), [58]],
  [
    'updates, and says then that the type is wrong',
    {
      ...reading((request) => isUpdate(request) && membersOf(request)['context'] === 'kubernetes', { context: {} }),
      ...telling((request) => isUpdate(request) && membersOf(request)['context'] === 'kubernetes', (told) => instead(told, 400)),
    },
    [58],
  ],
  ['takes no null for parameters', turningAway((request) => hasBody(request) && membersOf(request)['parameters'] === null, 400), [59]],
  ['takes null for parameters of its own', reading((request) => membersOf(request)['parameters'] === null, { parameters: { none: 1 } }), [59]],
  ['breaks down over U+0000', turningAway((request) => request.body.includes(String.raw`{"a":"\u0000"}`), 500), [60]],
  ['lets one request change all others', polluted(), [60]],
  ['has room for 100 KB', turningAway((request) => request.body.length > 102_400, 413), [61]],
  ['breaks down over 2 MB', turningAway((request) => request.body.length > 2_000_000, 500), [61]],
  [
    'answers 203 to reads',
    telling((request, { status }) => toInstance('GET', request) && status === 200, (told) => ({ ...told, status: 203 })),
    [62],
  ],
  [
    'sends elsewhere',
    telling((request, { status }) => toInstance('GET', request) && status === 404, (told) => ({ ...told, status: 302 })),
    [62],
  ],
  ['adds members without a prefix', telling((request, { status }) => toInstance('PUT', request) && status === 201, (told) => withMembers(told, { owner: 'x' })), [63]],
])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('BODY', spoiling, rows);
});
