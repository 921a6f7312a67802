import { setTimeout as delay } from 'node:timers/promises';
import { escapeLiteral } from 'pg';
import type { FoundRole } from './inventory.js';
import type { InstanceNames } from './names.js';
import type { Session } from './session.js';
import { isRefusal } from './sql-errors.js';
import { LOGIN_PATTERN } from './tenant-roles.js';
import type { Work } from './verb.js';

/** A transaction that was prepared for a two-phase commit and outlives its session. */
export interface PreparedTransaction {
  readonly gid: string;
  /** Tells it from a later one of the same name. */
  readonly xid: string;
  /** The role it was prepared as. */
  readonly owner: string;
  readonly database: string;
}

const BUSY = '55000';
const RETRY_MS = 50;

/** Rolls back what these roles prepared in any database, and what anybody prepared in `database`. */
export async function rollBackAllPrepared(work: Work, roles: readonly string[], database?: string): Promise<void> {
  const prepared = await work.admin.rows<PreparedTransaction>(
    `SELECT gid, transaction::text AS xid, owner, database FROM pg_prepared_xacts
      WHERE owner = ANY ($1::name[]) OR database = $2`,
    [roles, database ?? null],
  );
  for (const transaction of prepared) {
    await work.inside(transaction.database, (session) => rollBackPrepared(session, transaction));
  }
}

/** Roles that bindings act as, without another login that may act as them. */
const ABANDONED = `SELECT rolname AS name FROM pg_roles AS shared WHERE rolname = ANY ($1::name[]) AND NOT EXISTS (
  SELECT FROM pg_roles AS login WHERE rolname ~ '${LOGIN_PATTERN}' AND oid <> $2::oid
    AND pg_has_role(login.oid, shared.oid, 'MEMBER') AND NOT EXISTS (SELECT FROM public.removed_role WHERE role = login.oid))`;

/**
 * Rolls back what a login prepared. PostgreSQL keeps the role a transaction was prepared as, not the login: what was
 * prepared as a role that bindings share ends with the last login that may act as it.
 */
export async function rollBackPreparedBy(work: Work, names: InstanceNames, login: FoundRole): Promise<void> {
  const shared = [names.owner, names.reader];
  const abandoned = await work.admin.rows<{ name: string }>(ABANDONED, [shared, login.oid]);
  await rollBackAllPrepared(work, [login.name, ...abandoned.map(({ name }) => name)]);
}

/**
 * In the database of the transaction, as its owner: nobody else but a superuser may. One that is gone, or ended by
 * somebody else meanwhile, is no error.
 */
export async function rollBackPrepared(session: Session, transaction: PreparedTransaction): Promise<void> {
  while (await isPrepared(session, transaction)) {
    try {
      await session.rows("SELECT set_config('role', $1, false)", [transaction.owner]);
      return await session.changeAlone(`ROLLBACK PREPARED ${escapeLiteral(transaction.gid)}`);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Somebody else is ending it: look again.
      if (error.code !== BUSY && (await isPrepared(session, transaction))) throw error;
    }
    await delay(RETRY_MS);
  }
}

async function isPrepared(session: Session, { gid, xid }: PreparedTransaction): Promise<boolean> {
  const found = await session.rows('SELECT FROM pg_prepared_xacts WHERE gid = $1 AND transaction = $2::xid', [gid, xid]);
  return found.length > 0;
}
