import { AddressGuard } from '#sdk';
import fc from 'fast-check';
import { BackendRegistry } from '../backends/backend-registry.js';
import { BackendTypes } from '../backends/backend-types.js';
import { ProvidedSettings } from '../backends/provided-settings.js';
import { newOperationId, type Incarnation } from '../ids/ids.js';
import type { Journal } from '../journal/journal.js';
import type { Operation } from './operation.js';
import { expectedPauseMs, JITTER, pauseMs, retryBounds, RetryPolicy } from './retry-policy.js';
import { Timings } from './timings.js';

const DAY_MS = 86_400_000;
const timings = new Timings();
const defaults = retryBounds(timings);

const ms = fc.integer({ min: 1, max: DAY_MS });
const attempts = fc.integer({ min: 0, max: 100_000 });
const policy = fc.record({ firstPollMs: ms, longestPollMs: ms, longestRetryMs: ms }, { requiredKeys: [] });
const either = fc.constantFrom('longestPollMs' as const, 'longestRetryMs' as const);

test('without a policy polls come from every second to every half a minute, and mutations again within ten minutes', () => {
  expect(defaults).toEqual({ firstPollMs: 1_000, longestPollMs: 30_000, longestRetryMs: 600_000, longestRetryAfterMs: 600_000 });
});

test('every pause lies between the first and the longest, give or take the jitter, however often it was tried', () => {
  fc.assert(
    fc.property(policy, either, attempts, (given, longest, count) => {
      const bounds = retryBounds(timings, given);
      const pause = pauseMs(bounds, bounds[longest], count);
      expect(pause).toBeGreaterThanOrEqual(Math.floor(bounds.firstPollMs * (1 - JITTER)));
      expect(pause).toBeLessThanOrEqual(Math.ceil(bounds[longest] * (1 + JITTER)));
    }),
  );
});

test('each expected pause is twice the one before until the longest is reached, and none is shorter', () => {
  const pauses = [0, 1, 2, 3, 4, 5, 6, 7].map((count) => expectedPauseMs(defaults, defaults.longestPollMs, count));
  expect(pauses).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  fc.assert(
    fc.property(policy, either, attempts, (given, longest, count) => {
      const bounds = retryBounds(timings, given);
      const [now, next] = [count, count + 1].map((each) => expectedPauseMs(bounds, bounds[longest], each));
      expect(next).toBeGreaterThanOrEqual(now as number);
    }),
  );
});

test('pauses that were equally many times doubled do not come in step', () => {
  const pauses = Array.from({ length: 100 }, () => pauseMs(defaults, defaults.longestPollMs, 5));
  expect(new Set(pauses).size).toBeGreaterThan(50);
});

test('what a backend asks for by Retry-After is obeyed to the millisecond within its bounds, whatever was tried before', () => {
  fc.assert(
    fc.property(policy, either, attempts, fc.integer({ min: -DAY_MS, max: 365 * DAY_MS }), (given, longest, count, asked) => {
      const bounds = retryBounds(timings, given);
      const pause = pauseMs(bounds, bounds[longest], count, asked);
      const isWithin = asked >= bounds.firstPollMs && asked <= bounds.longestRetryAfterMs;
      expect(pause).toBe(isWithin ? asked : asked < bounds.firstPollMs ? bounds.firstPollMs : bounds.longestRetryAfterMs);
    }),
  );
});

test('a first pause longer than the longest of every backend makes that one longer', () => {
  expect(retryBounds(timings, { firstPollMs: 60_000 })).toMatchObject({ longestPollMs: 60_000, longestRetryMs: 600_000 });
});

describe('towards a backend whose policy says nothing of pauses', () => {
  const types = new BackendTypes([]);
  const retries = new RetryPolicy(new BackendRegistry(types, new ProvidedSettings(types), {} as Journal, new AddressGuard([])), timings);
  const tried: Operation = {
    id: newOperationId(),
    kind: 'deprovision',
    initiator: 'gateway',
    state: 'running',
    step: 'send',
    exclusive: true,
    platformId: 'p-1',
    backendId: 'k-1',
    instanceIncarnation: 'i-1' as Incarnation,
    attempts: 1_000,
    epoch: 1,
  };
  const around = (expectedMs: number) => (pause: number) => Math.abs(pause - expectedMs) <= JITTER * expectedMs;
  const [often, seldom] = [around(defaults.longestPollMs), around(defaults.longestRetryMs)];

  test('a delete that was refused for days is sent again every ten minutes', () => {
    expect(seldom(retries.pauseMs(tried, 'over'))).toBe(true);
    expect(seldom(retries.pauseMs(tried, 'unanswered'))).toBe(true);
  });

  test('one that was accepted is polled twice a minute, and so is looked for what must not be sent again yet', () => {
    expect(often(retries.pauseMs({ ...tried, step: 'poll' }, 'untouched'))).toBe(true);
    expect(often(retries.pauseMs({ ...tried, step: 'poll' }, 'unanswered'))).toBe(true);
    expect(often(retries.pauseMs(tried, 'untouched'))).toBe(true);
  });

  test('the first poll comes soon, however often the call was sent before it was accepted', () => {
    expect(around(defaults.firstPollMs)(retries.firstPollMs(tried))).toBe(true);
    expect(retries.firstPollMs(tried, 7_000)).toBe(7_000);
  });
});
