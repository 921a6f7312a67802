import { AddressGuard } from '#sdk';
import { BackendCalls } from '../backends/backend-calls.js';
import { BackendRegistry } from '../backends/backend-registry.js';
import { BackendTypes } from '../backends/backend-types.js';
import { ProvidedSettings } from '../backends/provided-settings.js';
import type { Journal } from '../journal/journal.js';
import type { LifecycleStore } from './lifecycle-store.js';
import { OverlapPolicy } from './overlap-policy.js';
import { RunnerShares } from './runner-shares.js';
import { Timings } from './timings.js';

/** Of backends that may have 64 calls at once. */
let shares: RunnerShares;
beforeEach(() => {
  const types = new BackendTypes([]);
  const registry = new BackendRegistry(types, new ProvidedSettings(types), {} as Journal, new AddressGuard([]));
  shares = new RunnerShares(registry, new BackendCalls(registry, new Timings()), new OverlapPolicy(registry, {} as LifecycleStore));
});

const times = (count: number, id: string): string[] => Array.from({ length: count }, () => id);

const giveBack = (count: number, id: string): void => {
  for (const each of times(count, id)) shares.giveBack(each);
};

/** Claims as much as there is room for; `due` is what would be there. */
function claim(due: Readonly<Record<string, number>>, meanwhile = (): void => undefined): void {
  const asked = shares.left();
  meanwhile();
  const brought = Object.entries(due).flatMap(([id, count]) => times(Math.min(count, asked.named.get(id) ?? asked.others), id));
  shares.take(asked, brought);
}

test('a backend gets half of the calls it may have, and no more while those are under way', () => {
  expect(shares.left()).toEqual({ named: new Map(), others: 32, serial: [] });
  claim({ hung: 1_000, other: 2 });
  expect(shares.left().named).toEqual(new Map([['hung', 0], ['other', 30]]));
  giveBack(2, 'other');
  expect(shares.left().named).toEqual(new Map([['hung', 0]]));
});

test('more is claimed before the next tick when half of a share is free again, and only where there may be more', () => {
  claim({ busy: 1_000, other: 20 });
  expect(shares.isWorthClaiming()).toBe(false);
  giveBack(20, 'other');
  giveBack(15, 'busy');
  expect(shares.isWorthClaiming()).toBe(false);
  giveBack(1, 'busy');
  expect(shares.isWorthClaiming()).toBe(true);
  claim({ busy: 3 });
  expect(shares.isWorthClaiming()).toBe(false);
});

test('what ends while a claim is under way does not hide that there is more', () => {
  claim({ busy: 1_000 });
  giveBack(16, 'busy');
  claim({ busy: 1_000 }, () => giveBack(16, 'busy'));
  expect(shares.isWorthClaiming()).toBe(true);
});
