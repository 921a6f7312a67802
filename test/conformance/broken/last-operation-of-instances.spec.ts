import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, pathOf, remembering, toBinding, toInstance, withMembers, type Change } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

/** Rows that look at nothing slow; a fault that shows in these alone is looked for in these only. */
const QUICK: readonly number[] = [177, 178, 182, 183, 184, 186, 187, 190, 192, 193, 195, 196, 198, 203];

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isPoll = (request: SpoiltRequest): boolean => /^\/v2\/service_instances\/[^/]+\/last_operation$/.test(pathOf(request));
const stateOf = (told: SpoiltAnswer): unknown => (told.status === 200 ? membersOf(told)['state'] : undefined);
const isNamed = ({ url }: SpoiltRequest): boolean => url.includes('operation=');

/** Polls of instances are answered like this. */
const polling = (answer: Change): Spoiling => answeringTo(isPoll, answer);

/** The same by what was answered for the instance before. */
const pollingAfter = (
  answer: (told: SpoiltAnswer, request: SpoiltRequest, past: readonly string[]) => SpoiltAnswer | undefined,
): Spoiling => remembering((told, request, past) => (isPoll(request) ? answer(told, request, past) : undefined));

/** Polls of what stands like this have these members, too. */
const adding = (state: string, members: Readonly<Record<string, unknown>>): Spoiling =>
  polling((told) => (stateOf(told) === state ? withMembers(told, members) : undefined));

/** Polls of what stands like this, by what was answered for the instance before, have these members instead. */
const retelling = (state: string, when: (past: readonly string[]) => boolean, members: Readonly<Record<string, unknown>>): Spoiling =>
  pollingAfter((told, _request, past) => (stateOf(told) === state && when(past) ? withMembers(told, members) : undefined));

/** What was named last is told of whatever is asked for. */
function knowingTheLatestOnly(): Spoiling {
  const latest = new Map<string, string>();
  return {
    request: (request) => {
      const operation = latest.get(pathOf(request).replace('/last_operation', ''));
      if (!isPoll(request) || !isNamed(request) || operation === undefined) return request;
      return { ...request, url: `${pathOf(request)}?operation=${encodeURIComponent(operation)}` };
    },
    answer: (told, request) => {
      const { operation } = membersOf(told);
      if (told.status === 202 && typeof operation === 'string') latest.set(pathOf(request), operation);
      return told;
    },
  };
}

/** Binds that run are told of by their instances. */
function mixedUp(): Spoiling {
  const busy = new Set<string>();
  return {
    answer: (told, request) => {
      const instance = pathOf(request).replace(/\/(service_bindings|last_operation).*$/, '');
      if (toBinding('PUT', request) && told.status === 202) busy.add(instance);
      return isPoll(request) && busy.has(instance) && !isNamed(request) ? withMembers(told, { state: 'in progress' }) : told;
    },
  };
}

const has = (past: readonly string[], ...answers: readonly string[]): boolean => answers.every((answer) => past.includes(answer));
const wasDeleted = (past: readonly string[]): boolean => past.some((each) => each.startsWith('DELETE 20'));

const states: Case[] = [
  [
    'leaves out the blank while it removes something',
    retelling('in progress', (past) => has(past, 'DELETE 202', 'PUT 422'), { state: 'in-progress' }),
    [176, 179, 180, 181, 197],
  ],
  [
    'is done, not succeeded',
    retelling('succeeded', (past) => has(past, 'PATCH 202'), { state: 'done' }),
    [177, 179, 191],
  ],
  [
    'tells in a word of its own what it has undone',
    retelling('failed', (past) => has(past, 'PATCH 202'), { state: 'undone' }),
    [178, 179],
  ],
  ['tells of failures by an error', polling((told) => (stateOf(told) === 'failed' ? { ...told, status: 422 } : undefined)), [178, 199, 201]],
  ['describes nothing', adding('failed', { description: '' }), [180]],
  ['describes nothing while it is at work', adding('in progress', { description: null }), [180]],
  [
    'says by a date when to poll again',
    polling((told) => (told.status === 200 ? { ...told, headers: { ...told.headers, 'retry-after': new Date(0).toUTCString() } } : undefined)),
    [181],
  ],
  ['takes for gone what never was', polling((told) => (told.status === 404 ? instead(told, 410) : undefined)), [182, 192, 202]],
  ['does not find what is wrong', polling((told) => (told.status === 400 ? instead(told, 404) : undefined)), [183]],
  ['breaks down over two operations', polling((told, { url }) => (url.endsWith('&operation=b') ? instead(told, 500) : undefined)), [183]],
  ['does not find what is gone', polling((told) => (told.status === 410 ? instead(told, 404) : undefined)), [184, 199, 200]],
  [
    'takes creates for gone with what they made',
    pollingAfter((told, request, past) =>
      /succeeded|failed/.test(String(stateOf(told))) && isNamed(request) && has(past, 'PUT 202') && wasDeleted(past) ? instead(told, 410) : undefined,
    ),
    [185, 199, 201],
  ],
  [
    'forgets what it has told',
    pollingAfter((told, request, past) => (isNamed(request) && past.at(-1) === 'GET 200 failed' && !wasDeleted(past) ? instead(told, 404) : undefined)),
    [186],
  ],
];

const requests: Case[] = [
  ['takes no ids', polling((told, { url }) => (url.includes('service_id') ? instead(told, 400) : undefined)), [187, 188, 189]],
  ['knows the old plan no more', polling((told, { url }) => (url.includes('plan_id=simulator-updateable') ? instead(told, 400) : undefined)), [188]],
  ['knows the new plan not yet', polling((told, { url }) => (url.includes('plan_id=simulator-sync') ? instead(told, 400) : undefined)), [189]],
  ['does not decode', polling((told, { url }) => (url.includes('operation=%') ? instead(told, 404) : undefined)), [190]],
  [
    'tells of the latest operation whatever is named',
    pollingAfter((told, request, past) => (isNamed(request) && has(past, 'PATCH 200') ? withMembers(told, { state: 'succeeded' }) : undefined)),
    [190],
  ],
  ['knows the operation of the latest 202 only', knowingTheLatestOnly(), [185, 192, 199]],
  [
    'tells of the latest 202 when nothing is named',
    pollingAfter((told, request, past) => (!isNamed(request) && has(past, 'PATCH 202', 'PATCH 200') ? withMembers(told, { state: 'failed' }) : undefined)),
    [191],
  ],
  ['needs an operation', polling((told, request) => (isNamed(request) ? undefined : instead(told, 400))), [182, 191, 193, 194, 198, 200, 202]],
  [
    'does not look at names',
    pollingAfter((told, _request, past) => (told.status === 404 && has(past, 'PUT 202') ? instead(told, 200, { state: 'succeeded' }) : undefined)),
    [192],
  ],
  [
    'finds what is being made by its operation only',
    pollingAfter((told, request, past) => (!isNamed(request) && stateOf(told) === 'in progress' && has(past, 'PATCH 422') ? instead(told, 404) : undefined)),
    [191, 194],
  ],
  [
    'tells by a word what is usable',
    retelling('failed', (past) => has(past, 'PATCH 202'), { instance_usable: 'no' }),
    [195],
  ],
  [
    'would repeat deletes',
    retelling('failed', (past) => has(past, 'DELETE 202'), { update_repeatable: true }),
    [196],
  ],
  ['tells what is usable while it is at work', adding('in progress', { instance_usable: true }), [197]],
  ['tells what is usable when it succeeded', adding('succeeded', { instance_usable: true }), [197]],
  [
    'knows nothing of what was made at once',
    pollingAfter((told, _request, past) => (has(past, 'PUT 201') && past.every((each) => /^PUT 20[01]$/.test(each)) ? instead(told, 404) : undefined)),
    [198],
  ],
  [
    'tells that it has made what it has deleted',
    retelling('failed', (past) => has(past, 'PUT 202') && wasDeleted(past), { state: 'succeeded' }),
    [199, 201],
  ],
  [
    'tells of a create instead of its delete',
    pollingAfter((told, request, past) => (!isNamed(request) && has(past, 'PUT 202', 'DELETE 202') ? instead(told, 200, { state: 'failed' }) : undefined)),
    [200],
  ],
  ['takes binds for its own', mixedUp(), [202]],
  [
    'does not find what it has just made',
    remembering((told, request, past) => (toInstance('GET', request) && past.at(-1) === 'GET 200' && told.status === 200 ? instead(told, 404) : undefined)),
    [203],
  ],
];

test.concurrent.each([...states, ...requests])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('LOI', spoiling, rows, rows.every((row) => QUICK.includes(row)) ? QUICK.join(',') : 'LOI');
});
