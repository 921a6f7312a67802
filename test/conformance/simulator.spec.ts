import type { RunningBroker } from '#backends/simulator';
import { INAPPLICABLE_TO_SIMULATOR } from './fixtures/inapplicable.js';
import { failed, inapplicable, runAgainst } from './fixtures/outcomes.js';
import { startSimulatorUnderTest } from './fixtures/simulator-under-test.js';
import type { Run } from './runner/result.js';

let broker: RunningBroker;
let run: Run;

beforeAll(async () => {
  const under = await startSimulatorUnderTest();
  broker = under.broker;
  run = await runAgainst(under.target);
});
afterAll(() => broker.close());

test('the simulator as a broker of its own keeps every row', () => {
  expect(failed(run)).toEqual({});
});

test('no row is inapplicable to the simulator but those with a reason', () => {
  expect(new Set(inapplicable(run))).toEqual(new Set(Object.keys(INAPPLICABLE_TO_SIMULATOR)));
});

test('the suite leaves nothing behind', () => {
  expect(run.leftBehind).toEqual([]);
});
