import { setTimeout as delay } from 'node:timers/promises';
import type { BackendLog } from '#sdk';
import { rollBackPrepared, type PreparedTransaction } from './prepared-transactions.js';
import type { Session } from './session.js';
import { LOGIN_PATTERN, TENANT_ROLE_PATTERN } from './tenant-roles.js';

/** Opens a session for a moment: in the gateway's own database, or in the one named. */
type Observe = <T>(query: (session: Session) => Promise<T>, database?: string) => Promise<T>;

/** Waits shorter than this are nobody's fault. */
const FIRST_MS = 150;
const EVERY_MS = 200;

interface Blocker {
  readonly pid: number;
  readonly database: string | null;
  readonly role: string | null;
  readonly tenant: boolean;
  readonly autovacuum: boolean;
}

/**
 * While a statement of the gateway waits for a lock: ends the sessions of tenants that hold it, and names all holders
 * to the operator.
 */
export class BlockerWatch {
  constructor(
    private readonly observe: Observe,
    private readonly log: BackendLog,
  ) {}

  /** Watches the server process `pid` until the signal fires. */
  async during(pid: number, signal: AbortSignal): Promise<void> {
    const named = new Set<number>();
    for (let waitMs = FIRST_MS; !signal.aborted; waitMs = EVERY_MS) {
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      // A failure here is met again by the statement that waits.
      await this.#look(pid, named).catch(() => undefined);
    }
  }

  async #look(pid: number, named: Set<number>): Promise<void> {
    const [sessions, prepared] = await this.observe(async (session) => [
      await endBlockers(session, pid),
      await preparedBlockers(session, pid),
    ] as const);
    for (const blocker of sessions.filter((each) => !named.has(each.pid))) {
      named.add(blocker.pid);
      this.#name(blocker);
    }
    for (const transaction of prepared) {
      await this.observe((session) => rollBackPrepared(session, transaction), transaction.database);
      this.log.warn('a prepared transaction of a tenant blocked a step of the gateway and was rolled back', {
        database: transaction.database,
        role: transaction.owner,
      });
    }
  }

  #name({ pid, database, role, tenant, autovacuum }: Blocker): void {
    if (autovacuum) return this.log.warn('autovacuum blocks a step of the gateway and was asked to end', { pid, database });
    if (tenant) return this.log.warn('a session of a tenant blocked a step of the gateway and was ended', { database, role });
    this.log.warn("a session that is no tenant's blocks a step of the gateway", { pid, database, role });
  }
}

/**
 * Other sessions of the gateway end by themselves and are left out. A role that is gone was a tenant's. Autovacuum, which
 * has no role, runs functions of tenants for ever where they stand in an index, and comes back by itself.
 */
function endBlockers(session: Session, pid: number): Promise<Blocker[]> {
  return session.rows<Blocker>(
    `SELECT pid, database, role, tenant, autovacuum FROM (
       SELECT pid, datname AS database, rolname AS role, usesysid IS NULL AND datname IS NOT NULL AS autovacuum,
              usesysid IS NOT NULL AND (rolname IS NULL OR rolname ~ '${LOGIN_PATTERN}') AS tenant
         FROM pg_stat_activity LEFT JOIN pg_roles ON pg_roles.oid = usesysid
        WHERE pid = ANY (pg_blocking_pids($1))
          AND NOT (application_name = 'osb-gateway' AND rolname IS NOT DISTINCT FROM current_user)) AS blocker
      WHERE CASE WHEN tenant OR (autovacuum AND ${MAY_END_AUTOVACUUM}) THEN pg_terminate_backend(pid) ELSE true END`,
    [pid],
  );
}

/** A superuser may, and from version 18 on whoever has the role for it. */
const MAY_END_AUTOVACUUM = `EXISTS (SELECT FROM pg_roles AS may WHERE may.rolname = current_user AND may.rolsuper
  OR may.rolname = 'pg_signal_autovacuum_worker' AND pg_has_role(may.oid, 'USAGE'))`;

/**
 * A prepared transaction is found by the lock on its own id: its virtual id in pg_locks is that of the session that
 * prepared it, until the server starts again.
 */
function preparedBlockers(session: Session, pid: number): Promise<PreparedTransaction[]> {
  return session.rows<PreparedTransaction>(
    `SELECT DISTINCT gid, prepared.transaction::text AS xid, owner, prepared.database
       FROM pg_locks AS wanted
       JOIN pg_locks AS held ON held.granted AND held.pid IS NULL
         AND (${LOCKED_OBJECT.map((column) => `held.${column}`).join(', ')})
             IS NOT DISTINCT FROM (${LOCKED_OBJECT.map((column) => `wanted.${column}`).join(', ')})
       JOIN pg_locks AS own ON own.locktype = 'transactionid' AND own.pid IS NULL AND own.virtualtransaction = held.virtualtransaction
       JOIN pg_prepared_xacts AS prepared ON prepared.transaction = own.transactionid
      WHERE wanted.pid = $1 AND NOT wanted.granted AND owner ~ '${TENANT_ROLE_PATTERN}'`,
    [pid],
  );
}

/** The columns of pg_locks that tell what is locked. */
const LOCKED_OBJECT = ['locktype', 'database', 'relation', 'page', 'tuple', 'transactionid', 'classid', 'objid', 'objsubid'];
