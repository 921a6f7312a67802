import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, pathOf, remembering, toInstance, toBinding } from '../fixtures/spoiling.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isPoll = ({ url }: SpoiltRequest): boolean => url.includes('/last_operation');

/** The first poll of a create, however soon that ended, and each but the last one after a poll that was answered. */
const isTooEarly = (last: string | undefined, state: unknown): boolean => last === 'PUT 202' || (last === 'GET 200' && state === 'in progress');

/** What the profile has overrun its time is not deleted: the answer to that is 400. */
function stubborn(which: (method: string, request: SpoiltRequest) => boolean): Spoiling {
  const overrun = new Set<string>();
  return {
    answer: (told, request) => {
      if (request.method === 'PUT' && request.body.includes('"durationMs":2500')) overrun.add(pathOf(request));
      return which('DELETE', request) && overrun.has(pathOf(request)) ? instead(told, 400) : told;
    },
  };
}

/** The catalog says that plans take no time. */
const hasty: Spoiling = {
  answer: (told, { url }) => (url.startsWith('/v2/catalog') ? { ...told, body: told.body.replace(/"maximum_polling_duration":3600/, '"maximum_polling_duration":0.001') } : told),
};

test.concurrent.each([
  ['takes longer than its catalog says', hasty, [218]],
  ['does not remove instances it took too long for', stubborn(toInstance), [219]],
  ['does not remove bindings it took too long for', stubborn(toBinding), [219]],
  [
    'still tells of what was given up',
    remembering((told, request, past) => (toInstance('GET', request) && past[0] === 'PUT 202' && past.includes('DELETE 200') ? instead(told, 200) : undefined)),
    [219],
  ],
  [
    'does not like to be asked often',
    remembering((told, request, past) => (isPoll(request) && isTooEarly(past.at(-1), membersOf(told)['state']) ? instead(told, 429) : undefined)),
    [218, 220],
  ],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('POL', spoiling, rows);
});
