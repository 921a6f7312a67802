import { BrokerUnderTest } from './broker-under-test.js';
import { broker, type Rules } from './model.js';
import { BUSY, CONFLICT, refusals } from './outcome.js';
import { refutation } from './refutation.js';
import { instanceOf, pendingOn } from './state.js';

let gateway: BrokerUnderTest;
beforeAll(async () => {
  gateway = await BrokerUnderTest.start();
});
afterAll(() => gateway.stop());

const SEEDS = Array.from({ length: 20 }, (_none, index) => index + 1);

/** Many times what a quiet machine needs. */
const LONG_MS = 240_000;

test('over 20,000 requests of random histories, gateway and model agree on every answer', async () => {
  const search = { histories: 90, moments: 30, atOnce: 1 };
  const found = await Promise.all(SEEDS.map((seed) => refutation(gateway, broker, { ...search, seed })));
  expect(found.flatMap(({ difference }) => difference ?? [])).toEqual([]);
  expect(found.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThanOrEqual(20_000);
}, LONG_MS);

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
}, LONG_MS);
