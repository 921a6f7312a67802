import { lostSummary } from './lost-reporting.js';
import { playLost } from './play-lost.js';

test('two replicas that lose one answer in twenty, of backends and of the database, lose nothing else', async () => {
  const report = await playLost({ seed: 1, operations: 250, rate: 0.05 });
  expect(report.victims.map(({ violations }) => violations)).toEqual([]);
  expect(report.notEnded).toBe(0);
  expect(report.operations).toBeGreaterThanOrEqual(250);
  expect(report.losses.backend.lost.size).toBeGreaterThan(0);
  // Among them: a transaction whose commit was answered into the void, and an end that was written.
  expect([...report.losses.database.lost.keys()]).toEqual(expect.arrayContaining(['commit', 'settle-operation', 'reserve-provision']));
  expect(lostSummary(report)).toContain('violations  0 on 0 instances');
});
