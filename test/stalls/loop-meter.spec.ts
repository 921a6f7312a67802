import { setTimeout as pause } from 'node:timers/promises';
import { LoopMeter } from './loop-meter.js';

function busy(forMs: number): void {
  const { user, system } = process.threadCpuUsage();
  for (let used = 0; used < forMs; ) {
    const now = process.threadCpuUsage();
    used = (now.user + now.system - user - system) / 1_000;
  }
}

test('a stall of the event loop is seen, and told once', async () => {
  const meter = new LoopMeter().start();
  await pause(5);
  meter.read();
  busy(80);
  await pause(5);
  expect(meter.read()).toBeGreaterThanOrEqual(80);
  await pause(5);
  expect(meter.read()).toBeLessThan(80);
  meter.stop();
});
