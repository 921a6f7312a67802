/** What the guard allows the logins of tenants on one server. */
export interface GuardLimits {
  /** Pause between two rounds. */
  readonly roundMs: number;
  /** The same for a while after a session was ended: whoever tries again is ended sooner. */
  readonly alarmedRoundMs: number;
  /** Share of the lock table that the sessions of one instance may hold. */
  readonly instanceLockShare: number;
  /** Share of the lock table that the sessions of all tenants may hold. */
  readonly totalLockShare: number;
  /** Longest time in a transaction without a statement. */
  readonly maxIdleInTransactionMs: number;
  /** Longest transaction, and longest statement that makes transactions of its own. */
  readonly maxTransactionMs: number;
  /** Transactions begun on the server since a snapshot was taken or a transaction id assigned. */
  readonly maxTransactionAge: number;
  /** Share of the NOTIFY queue from which the oldest transactions are ended. */
  readonly notifyQueueShare: number;
}

export const GUARD_LIMITS: GuardLimits = {
  // One session fills the lock table in about 0.1 s. Others wait a second for the guard, which costs the server 1 ms.
  roundMs: 1_000,
  alarmedRoundMs: 100,
  // A quarter lets pg_dump lock thousands of tables; three instances at once leave a quarter to the administrator.
  instanceLockShare: 0.25,
  totalLockShare: 0.75,
  // Nobody works for an hour without a statement, while the dead rows of the shared catalogs are kept.
  maxIdleInTransactionMs: 3_600_000,
  // A dump or a report may take a night.
  maxTransactionMs: 43_200_000,
  // Half of autovacuum_freeze_max_age, from which the server vacuums to prevent the loss of transaction ids.
  maxTransactionAge: 100_000_000,
  // PostgreSQL itself warns from one half on.
  notifyQueueShare: 0.5,
};

/** How long rounds follow each other fast after a session was ended. */
export const ALARM_MS = 30_000;
/** More wait for the next round. */
export const MAX_ENDED_PER_ROUND = 100;
/** A login whose sessions were ended for their locks as often in a minute is kept out for a while. */
export const MAX_STRIKES = 3;
