import { LoopMeter } from './loop-meter.js';

const BUSY_MS = 100;

function busy(): void {
  const { user, system } = process.threadCpuUsage();
  for (let used = 0; used < BUSY_MS; ) {
    const now = process.threadCpuUsage();
    used = (now.user + now.system - user - system) / 1_000;
  }
}

/** Resolves in a later turn of the loop, after the timers that were due before. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test('of two stalls of the event loop the longer one is seen, not their sum, and told once', async () => {
  const meter = new LoopMeter().start();
  await nextTurn();
  meter.read();
  busy();
  await nextTurn();
  busy();
  await nextTurn();
  const longest = meter.read();
  expect(longest).toBeGreaterThanOrEqual(BUSY_MS);
  expect(longest).toBeLessThan(2 * BUSY_MS);
  expect(meter.read()).toBeLessThan(BUSY_MS);
  meter.stop();
});
