import { instanceOf } from '../tenant-roles.js';
import type { GuardLimits } from './guard-limits.js';
import type { ServerActivity, TenantSession } from './tenant-session.js';

/** A session that is to be ended. */
export interface Offender {
  readonly session: TenantSession;
  readonly rule: 'locks' | 'transaction' | 'notify-queue';
  /** For operators. */
  readonly reason: string;
}

/** The sessions that hold too much of the lock table or have a transaction that is too old. */
export function offenders(activity: ServerActivity, limits: GuardLimits): Offender[] {
  const found = [...lockHolders(activity, limits), ...oldTransactions(activity, limits)];
  return found.filter(({ session }, index) => found.findIndex((each) => each.session.pid === session.pid) === index);
}

/**
 * While the NOTIFY queue is too full: the session with the oldest transaction. The server does not tell who listens; a
 * listener keeps the queue while it is in a transaction, which began before the queue filled up.
 */
export function queueHolder({ sessions, notifyQueueUsage }: ServerActivity, limits: GuardLimits): Offender | undefined {
  if (notifyQueueUsage <= limits.notifyQueueShare) return undefined;
  const [session] = sessions
    .filter(({ transactionMs }) => transactionMs !== null)
    .toSorted((a, b) => (b.transactionMs ?? 0) - (a.transactionMs ?? 0));
  if (session === undefined) return undefined;
  const percent = Math.round(notifyQueueUsage * 100);
  return { session, rule: 'notify-queue', reason: `oldest transaction while the NOTIFY queue is ${percent}% full` };
}

/** Ends the largest holders until each instance, and all together, hold no more than their share. */
function lockHolders({ sessions, lockCapacity }: ServerActivity, limits: GuardLimits): Offender[] {
  const perInstance = new Map<string, number>();
  for (const { login, locks } of sessions) add(perInstance, instanceOf(login), locks);
  let total = sum(perInstance.values());

  return sessions
    .toSorted((a, b) => b.locks - a.locks)
    .flatMap((session): Offender[] => {
      const database = instanceOf(session.login);
      const ofInstance = perInstance.get(database) ?? 0;
      const tooMany = ofInstance > limits.instanceLockShare * lockCapacity || total > limits.totalLockShare * lockCapacity;
      if (session.locks === 0 || !tooMany) return [];
      add(perInstance, database, -session.locks);
      total -= session.locks;
      return [{ session, rule: 'locks', reason: `${session.locks} locks of the ${lockCapacity} the server has room for` }];
    });
}

function oldTransactions({ sessions }: ServerActivity, limits: GuardLimits): Offender[] {
  return sessions.flatMap((session): Offender[] => {
    const reason = tooOld(session, limits);
    return reason === undefined ? [] : [{ session, rule: 'transaction', reason }];
  });
}

function tooOld({ transactionMs, transactionAge, idleInTransaction }: TenantSession, limits: GuardLimits): string | undefined {
  const seconds = Math.round((transactionMs ?? 0) / 1_000);
  if ((transactionMs ?? 0) > limits.maxTransactionMs) return `a transaction of ${seconds} s`;
  if (idleInTransaction && (transactionMs ?? 0) > limits.maxIdleInTransactionMs) {
    return `a transaction of ${seconds} s, idle`;
  }
  if ((transactionAge ?? 0) > limits.maxTransactionAge) return `a snapshot ${transactionAge} transactions old`;
  return undefined;
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);
