import type { AuditRow } from './history.js';
import { settledLines } from './settled.js';

const event = (atMs: number, operationId: string, action: string, outcome: string): AuditRow => ({ atMs, operationId, action, outcome, subject: 'instance i' });

test('how long each verb took is told from the trail, from intent to end', () => {
  const audit = [
    event(0, 'o-1', 'instance.deprovision', 'started'),
    event(500, 'o-1', 'instance.deprovision', 'accepted'),
    event(1_000, 'o-1', 'instance.deprovision', 'succeeded'),
    event(0, 'o-2', 'binding.bind', 'started'),
    event(250, 'o-2', 'binding.bind', 'failed'),
    event(0, 'o-3', 'binding.bind', 'started'),
  ];
  expect(settledLines(audit)).toEqual([
    '  bind         1 settled, p50 0.25 s, p99 0.25 s',
    '  deprovision  1 settled, p50 1.00 s, p99 1.00 s',
  ]);
});
