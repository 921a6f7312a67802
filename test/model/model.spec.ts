import { BrokerUnderTest } from './broker-under-test.js';
import { compare } from './compare.js';
import type { Told } from './explain.js';
import type { Hearing } from './history.js';
import { broker, type Rules } from './model.js';
import { BUSY, CONFLICT, refusals } from './outcome.js';
import { refutation } from './refutation.js';
import type { Request } from './requests.js';
import { instanceOf, pendingOn } from './state.js';

let gateway: BrokerUnderTest;
beforeAll(async () => {
  gateway = await BrokerUnderTest.start();
});
afterAll(() => gateway.stop());

/** Together over 5,000 requests; over 20,000 in model.slow.spec.ts. */
test.each([
  ['one by one', { histories: 45, moments: 30, atOnce: 1 }, 2_500, 0],
  ['up to four at once', { histories: 30, moments: 30, atOnce: 4 }, 2_500, 1_000],
])('over random histories of requests %s, gateway and model agree on every answer', async (_how, search, requests, together) => {
  const compared = await compare(gateway, search, 5);
  expect(compared.differences).toEqual([]);
  expect(compared.requests).toBeGreaterThanOrEqual(requests);
  expect(compared.together).toBeGreaterThanOrEqual(together);
});

/** A create sent again is always in conflict. */
const forgetful: Rules = (state, request) => {
  const known = request.does === 'provision' && request.service === 'own' && instanceOf(state, request)?.ready;
  return known && pendingOn(state, request).running === undefined ? refusals(state, CONFLICT) : broker(state, request);
};

/** A delete never comes before the end of a create or update. */
const impatient: Rules = (state, request) => {
  const { running } = pendingOn(state, request);
  const isWorkedOn = running !== undefined && state.operations[running]?.verb !== 'delete';
  return request.does === 'deprovision' && request.service === 'own' && isWorkedOn ? refusals(state, BUSY) : broker(state, request);
};

test.each([
  ['calls a create sent again a conflict', forgetful, 2, /^\d\. PUT i1 .* -> 200\n {3}the model expected 409 Conflict$/m],
  ['refuses every delete during a create or update', impatient, 3, /^\d\. DELETE i1 .*accepts_incomplete -> 202 operation \d\n {3}the model expected 422 ConcurrencyError$/m],
])('a model that %s is refuted, and the story is short', async (_what, rules, steps, story) => {
  // One after the other: what depends on a race is not there again when a shorter history is tried.
  const { difference = '' } = await refutation(gateway, rules, { seed: 1, histories: 200, moments: 30, atOnce: 1 });
  expect(difference).toMatch(story);
  expect(difference.match(/^\d+\. /gm)?.length).toBeLessThanOrEqual(steps);
});

/** Answers of requests sent together are heard wrongly; what is asked alone is heard as it is. */
const mishearing =
  (does: Request['does'], status: number, as: Told): Hearing =>
  (exchanges) =>
    exchanges.map(({ request, told }) => {
      const isMisheard = exchanges.length > 1 && request.does === does && told.status === status;
      return { request, told: isMisheard ? as : told };
    });

const NOT_THERE: Told = { status: 404, word: 'NotFound' };

test.each([
  ['a second create that says it made it, too', mishearing('provision', 200, { status: 201 }), /^\d\. at once: PUT i\d.* -> 201$/m],
  ['a create that is accepted without an operation', mishearing('provision', 201, { status: 202 }), /^\d\. at once: PUT i\d.* -> 202\n[^]*no order explains that/m],
  ['a delete that knows nothing, instead of gone', mishearing('deprovision', 410, NOT_THERE), /^\d\. at once: DELETE i\d.* -> 404 NotFound\n[^]*no order explains that/m],
])('amid requests at once, %s is noticed, and the story is short', async (_what, heard, story) => {
  const { difference = '' } = await refutation(gateway, broker, { seed: 1, histories: 200, moments: 30, atOnce: 4, heard });
  expect(difference).toMatch(story);
  expect(difference.match(/^\d+\. /gm)?.length).toBeLessThanOrEqual(5);
});
