import { GUARD_LIMITS } from './guard-limits.js';
import { offenders, queueHolder } from './offenders.js';
import type { ServerActivity, TenantSession } from './tenant-session.js';

const instance = (letter: string): string => `osb_${letter.repeat(26)}`;
const login = (of: string, letter = 'x'): string => `${instance(of)}_${letter.repeat(26)}`;

function session(pid: number, about: Partial<TenantSession> = {}): TenantSession {
  return { pid, login: login('a'), locks: 0, transactionMs: null, idleInTransaction: false, transactionAge: null, ...about };
}

function activity(sessions: TenantSession[], notifyQueueUsage = 0): ServerActivity {
  return { sessions, lockCapacity: 1_000, notifyQueueUsage, catalogLockWanted: false };
}

const ended = (sessions: TenantSession[]): number[] =>
  offenders(activity(sessions), GUARD_LIMITS).map((offender) => offender.session.pid);

test('a session within its share of the lock table goes on', () => {
  expect(ended([session(1, { locks: 250 })])).toEqual([]);
});

test('a session beyond the share of its instance is ended', () => {
  expect(ended([session(1, { locks: 251 }), session(2, { locks: 10 })])).toEqual([1]);
});

test('sessions of one instance are counted together, and the largest goes first', () => {
  const logins = ['x', 'y', 'z'].map((letter) => login('a', letter));
  const sessions = logins.map((each, index) => session(index, { login: each, locks: 90 + index }));
  expect(ended(sessions)).toEqual([2]);
});

test('when all tenants together hold too much, the largest holders go until there is room', () => {
  const sessions = ['a', 'b', 'c', 'd'].map((of, index) => session(index, { login: login(of), locks: 200 + index }));
  expect(ended(sessions)).toEqual([3]);
});

test('tenants that spread their locks over many sessions do not get a larger session of somebody with fewer ended', () => {
  const spread = ['a', 'b', 'c'].flatMap((of, index) =>
    Array.from({ length: 20 }, (_, each) => session(100 * index + each, { login: login(of), locks: 12 })),
  );
  const chosen = ended([...spread, session(999, { login: login('v'), locks: 100 })]);
  expect(chosen).toHaveLength(6);
  expect(chosen).not.toContain(999);
});

test('a session that breaks two rules is ended once', () => {
  expect(ended([session(1, { locks: 999, transactionMs: GUARD_LIMITS.maxTransactionMs + 1 })])).toEqual([1]);
});

test.each([
  ['a long transaction at work', { transactionMs: GUARD_LIMITS.maxIdleInTransactionMs + 1 }, false],
  ['one that is idle for as long', { transactionMs: GUARD_LIMITS.maxIdleInTransactionMs + 1, idleInTransaction: true }, true],
  ['one that is at work for too long', { transactionMs: GUARD_LIMITS.maxTransactionMs + 1 }, true],
  ['a snapshot that many transactions came after', { transactionAge: GUARD_LIMITS.maxTransactionAge + 1 }, true],
])('%s is told from what goes on', (_what, about, isEnded) => {
  expect(ended([session(1, about)])).toEqual(isEnded ? [1] : []);
});

test('the oldest transaction goes while the NOTIFY queue is too full, and nobody else', () => {
  const sessions = [session(1, { transactionMs: 10 }), session(2, { transactionMs: 20 }), session(3)];
  expect(queueHolder(activity(sessions, 0.5), GUARD_LIMITS)).toBeUndefined();
  expect(queueHolder(activity(sessions, 0.51), GUARD_LIMITS)?.session.pid).toBe(2);
  expect(queueHolder(activity([session(3)], 1), GUARD_LIMITS)).toBeUndefined();
});
