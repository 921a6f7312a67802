import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, pathOf, remembering, toBinding, withMembers } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

/** Rows that look at nothing slow; a fault that shows in these alone is looked for in these only. */
const QUICK: readonly number[] = [205, 206, 207, 208, 209, 210, 215];

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isPoll = (request: SpoiltRequest): boolean => /\/service_bindings\/[^/]+\/last_operation$/.test(pathOf(request));
const stateOf = (told: SpoiltAnswer): unknown => (told.status === 200 ? membersOf(told)['state'] : undefined);
const isNamed = ({ url }: SpoiltRequest): boolean => url.includes('operation=');
const has = (past: readonly string[], ...answers: readonly string[]): boolean => answers.every((answer) => past.includes(answer));

/** Polls of bindings are answered like this, by what was answered for the same binding before. */
const polling = (
  answer: (told: SpoiltAnswer, request: SpoiltRequest, past: readonly string[]) => SpoiltAnswer | undefined,
): Spoiling => remembering((told, request, past) => (isPoll(request) ? answer(told, request, past) : undefined));

/** Polls of what stands like this have these members, too. */
const adding = (state: string, members: Readonly<Record<string, unknown>>): Spoiling =>
  polling((told) => (stateOf(told) === state ? withMembers(told, members) : undefined));

/** Bindings are found by their own ids alone. */
function findingEverywhere(): Spoiling {
  const homes = new Map<string, string>();
  const idOf = (request: SpoiltRequest): string => /service_bindings\/([^/]+)/.exec(pathOf(request))?.[1] ?? '';
  return {
    request: (request) => {
      const home = homes.get(idOf(request));
      return isPoll(request) && home ? { ...request, url: request.url.replace(pathOf(request), `${home}/last_operation`) } : request;
    },
    answer: (told, request) => {
      if (toBinding('PUT', request) && told.status < 300) homes.set(idOf(request), pathOf(request));
      return told;
    },
  };
}

/** Unbinds are accepted while a bind runs, under its own name, which it keeps. */
const joiningUnbinds = remembering((told, request, past) =>
  request.method === 'DELETE' && told.status === 422 && has(past, 'PUT 202') && request.url.includes('accepts') ? instead(told, 202) : undefined,
);

test.concurrent.each([
  ['tells of failures by an error', polling((told) => (stateOf(told) === 'failed' ? { ...told, status: 422 } : undefined)), [204]],
  ['is done, not succeeded', adding('succeeded', { state: 'done' }), [204, 205, 207, 211, 217]],
  [
    'does not tell that it removes',
    polling((told, _request, past) => (has(past, 'DELETE 202') ? instead(told, 200) : undefined)),
    [204, 208, 213, 214, 216],
  ],
  [
    'does not find what it has just made',
    remembering((told, request, past) => (toBinding('GET', request) && past.at(-1) === 'GET 200' && has(past, 'PUT 202') ? instead(told, 404) : undefined)),
    [205],
  ],
  ['gives nothing to bind with', { answer: (told, request) => (toBinding('GET', request) ? withMembers(told, { credentials: undefined }) : told) }, [205]],
  ['takes for gone what never was', polling((told) => (told.status === 404 ? instead(told, 410) : undefined)), [206, 207, 211]],
  ['finds a binding everywhere', findingEverywhere(), [207]],
  ['does not find what is gone', polling((told) => (told.status === 410 ? instead(told, 404) : undefined)), [208]],
  [
    'takes binds for gone with what they made',
    polling((told, request, past) => (stateOf(told) === 'succeeded' && isNamed(request) && has(past, 'DELETE 202') ? instead(told, 410) : undefined)),
    [209],
  ],
  ['does not find what is wrong', polling((told) => (told.status === 400 ? instead(told, 404) : undefined)), [210]],
  ['breaks down over two operations', polling((told, { url }) => (url.endsWith('&operation=b') ? instead(told, 500) : undefined)), [210]],
  ['needs an operation', polling((told, request) => (isNamed(request) ? undefined : instead(told, 400))), [206, 207, 211]],
  ['takes no ids', polling((told, { url }) => (url.includes('service_id') ? instead(told, 400) : undefined)), [211]],
  ['does not decode', polling((told, { url }) => (url.includes('operation=%') ? instead(told, 404) : undefined)), [211]],
  [
    'does not look at names',
    polling((told, _request, past) => (told.status === 404 && has(past, 'PUT 202') ? instead(told, 200, { state: 'succeeded' }) : undefined)),
    [211],
  ],
  ['has one name for two operations', joiningUnbinds, [212]],
  ['tells what is usable when a bind failed', adding('failed', { instance_usable: true }), [213]],
  [
    'says by a date when to poll again',
    polling((told) => (told.status === 200 ? { ...told, headers: { ...told.headers, 'retry-after': new Date(0).toUTCString() } } : undefined)),
    [214],
  ],
  ['forgets what it has told', polling((told, _request, past) => (past.at(-1) === 'GET 200 failed' ? instead(told, 404) : undefined)), [215]],
  ['describes by null', adding('failed', { description: null }), [216]],
  [
    'tells that a bind it did not halt has failed',
    polling((told, _request, past) => (stateOf(told) === 'succeeded' && has(past, 'DELETE 422') ? withMembers(told, { state: 'failed' }) : undefined)),
    [217],
  ],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('LOB', spoiling, rows, rows.every((row) => QUICK.includes(row)) ? QUICK.join(',') : 'LOB');
});
