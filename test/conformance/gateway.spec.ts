import { goldenPart, refreshWith } from '../architecture/golden.js';
import { AREAS } from './areas.js';
import { startGatewayUnderTest, type GatewayUnderTest } from './fixtures/gateway-under-test.js';
import { INAPPLICABLE_TO_GATEWAY } from './fixtures/inapplicable.js';
import { failed, inapplicable, runAgainst } from './fixtures/outcomes.js';
import { openRules, outcomeTables } from './report/reference.js';
import type { Run } from './runner/result.js';

let under: GatewayUnderTest;
let run: Run;

beforeAll(async () => {
  under = await startGatewayUnderTest();
  run = await runAgainst(under.target);
});
afterAll(() => under.gateway.stop());

test('the gateway keeps every row', () => {
  expect(failed(run)).toEqual({});
});

test('no row is inapplicable to the gateway but those with a reason', () => {
  expect(new Set(inapplicable(run))).toEqual(new Set(Object.keys(INAPPLICABLE_TO_GATEWAY)));
});

test('the suite leaves nothing behind', () => {
  expect(run.leftBehind).toEqual([]);
});

test.each([
  ['outcome', () => outcomeTables(run, INAPPLICABLE_TO_GATEWAY)],
  ['open', () => openRules(AREAS)],
])('the reference tells what came of it: %s', async (part, written) => {
  const refresh = refreshWith('test/conformance/gateway');
  expect(refresh + (await goldenPart('docs/reference/conformance.md', part, written()))).toBe(refresh + written());
});
