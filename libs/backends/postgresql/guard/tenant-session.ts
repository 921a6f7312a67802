/** A session of a tenant's login, as the server shows it. */
export interface TenantSession {
  readonly pid: number;
  readonly login: string;
  /** Entries in the shared lock table; locks of the fast path take none. */
  readonly locks: number;
  /** Since the transaction began, or a statement that makes transactions of its own. Null outside of a transaction. */
  readonly transactionMs: number | null;
  readonly idleInTransaction: boolean;
  /** Transactions begun on the server since the snapshot or the transaction id of this one. */
  readonly transactionAge: number | null;
}

/** The server at one moment, as far as tenants can harm it. */
export interface ServerActivity {
  readonly sessions: readonly TenantSession[];
  /** Entries the shared lock table has room for, at least. */
  readonly lockCapacity: number;
  /** From 0 to 1. */
  readonly notifyQueueUsage: number;
  /** Somebody waits for a lock on a system catalog that the guard's session holds, such as VACUUM FULL. */
  readonly catalogLockWanted: boolean;
}
