import { escapeLiteral } from 'pg';
import type { Session } from './session.js';
import type { Work } from './verb.js';

/** A transaction that was prepared for a two-phase commit and outlives its session. */
export interface PreparedTransaction {
  readonly gid: string;
  readonly owner: string;
  readonly database: string;
}

/** Rolls back what these roles prepared in any database, and what anybody prepared in `database`. */
export async function rollBackAllPrepared(work: Work, roles: readonly string[], database?: string): Promise<void> {
  const prepared = await work.admin.rows<PreparedTransaction>(
    'SELECT gid, owner, database FROM pg_prepared_xacts WHERE owner = ANY ($1::name[]) OR database = $2',
    [roles, database ?? null],
  );
  for (const transaction of prepared) {
    await work.inside(transaction.database, (session) => rollBackPrepared(session, transaction));
  }
}

/** In the database of the transaction, as its owner: nobody else but a superuser may. One that is gone is no error. */
export async function rollBackPrepared(session: Session, { gid, owner }: PreparedTransaction): Promise<void> {
  const [found] = await session.rows('SELECT FROM pg_prepared_xacts WHERE gid = $1', [gid]);
  if (found === undefined) return;
  await session.rows("SELECT set_config('role', $1, false)", [owner]);
  await session.changeAlone(`ROLLBACK PREPARED ${escapeLiteral(gid)}`);
}
