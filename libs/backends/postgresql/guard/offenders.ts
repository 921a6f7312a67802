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

/**
 * Ends sessions until each instance, and all together, hold no more than their share: always the largest one of the
 * instance that holds most. Who spreads his locks over many sessions and instances gets nobody with fewer ended.
 */
function lockHolders({ sessions, lockCapacity }: ServerActivity, limits: GuardLimits): Offender[] {
  const holders = Map.groupBy(
    sessions.filter(({ locks }) => locks > 0).toSorted((a, b) => a.locks - b.locks),
    ({ login }) => instanceOf(login),
  );
  const held = new Map([...holders].map(([database, ofInstance]) => [database, sum(ofInstance.map(({ locks }) => locks))]));
  const chosen: Offender[] = [];
  for (let total = sum(held.values()); ; ) {
    const [most] = [...held].toSorted(([, a], [, b]) => b - a);
    if (most === undefined) return chosen;
    const [database, locks] = most;
    if (locks <= limits.instanceLockShare * lockCapacity && total <= limits.totalLockShare * lockCapacity) return chosen;
    const session = holders.get(database)?.pop();
    if (session === undefined) return chosen;
    chosen.push({ session, rule: 'locks', reason: `${session.locks} locks of the ${lockCapacity} the server has room for` });
    held.set(database, locks - session.locks);
    total -= session.locks;
  }
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

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);
