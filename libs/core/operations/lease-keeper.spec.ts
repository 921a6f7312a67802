import { newOperationId } from '../ids/ids.js';
import type { Journal } from '../journal/journal.js';
import { Outage } from '../journal/outage.js';
import { GatewayIdentity } from './gateway-identity.js';
import { CONFIRM_AFTER_MS, LeaseKeeper } from './lease-keeper.js';
import type { LifecycleStore } from './lifecycle-store.js';
import { Timings } from './timings.js';

test('while the database is slow, one statement at a time confirms operations', async () => {
  let statements = 0;
  const silent = (): Promise<never> => {
    statements += 1;
    return new Promise(() => undefined);
  };
  const store = { extendLeases: silent } as unknown as LifecycleStore;
  const leases = new LeaseKeeper(store, new GatewayIdentity(), new Timings({ leaseMs: 3_600_000 }), new Outage({} as Journal));
  leases.hold(newOperationId(), performance.now() - 60_000, { isConfirmed: false });
  leases.start();
  await ticks(CONFIRM_AFTER_MS, 4);
  leases.stop();
  expect(statements).toBe(1);
});

/** Timers of the same length fire in the order in which they were set. */
function ticks(intervalMs: number, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    resolve();
  }, intervalMs);
  return promise;
}
