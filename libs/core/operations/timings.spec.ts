import { Timings } from './timings.js';

const DRAIN_MS = 5_000;
const LAST_STEPS_MS = 2_000;

test('a gateway that stops lets requests and calls have their time, and is gone within a minute', () => {
  const { stopMs, budgetMs, callMs } = new Timings();
  expect(stopMs).toBeGreaterThan(Math.max(budgetMs, callMs));
  expect(DRAIN_MS + stopMs + LAST_STEPS_MS).toBeLessThan(60_000);
});
