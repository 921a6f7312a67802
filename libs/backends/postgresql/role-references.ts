import { escapeIdentifier } from 'pg';
import { BrokerError } from '#sdk';
import { findDefaultPrivileges, withoutDefault } from './default-privileges.js';
import { findGrants, revocation } from './grants-to-roles.js';
import type { FoundRole } from './inventory.js';
import { findOwned, locksOfRest, MAX_LOCKS, settlement } from './objects-of-roles.js';
import { findPolicies, withoutRoles } from './policies-for-roles.js';
import type { Session } from './session.js';
import { isContention, isRefusal, TurnOver } from './sql-errors.js';

/** Who inherits what a role made in its instance's database. */
export interface Heir {
  readonly database: string;
  readonly owner: string;
}

/** A database that refers to some roles: by objects they own, or only by what they may do. */
export interface ReferringDatabase {
  readonly database: string;
  readonly connectable: boolean;
  readonly owns: boolean;
}

/** All databases that refer to these roles, but `except`. */
export function findReferences(
  admin: Session,
  roles: readonly FoundRole[],
  except?: string,
): Promise<ReferringDatabase[]> {
  return admin.rows<ReferringDatabase>(
    `SELECT datname AS database, datallowconn AND datconnlimit <> -2 AS connectable, bool_or(deptype = 'o') AS owns
       FROM pg_shdepend JOIN pg_database ON pg_database.oid = dbid
      WHERE refclassid = 'pg_authid'::regclass AND refobjid = ANY ($1::oid[]) AND datname IS DISTINCT FROM $2
      GROUP BY 1, 2 ORDER BY 1`,
    [roles.map(({ oid }) => oid), except ?? null],
  );
}

/**
 * Removes all that refers to these roles in the database of the session. What they own passes to the heir, else it is
 * dropped, with what depends on it. Its users may have made any number of references: each transaction changes a limited
 * number of them and keeps what it has done, so that the gateway never fills the server's lock table itself.
 *
 * @param untilMs when to stop between two transactions, by performance.now()
 * @throws TurnOver when there is more to do then, BrokerError BackendFailed when the roles own more than can be changed at once
 */
export async function removeReferences(session: Session, roles: readonly FoundRole[], untilMs: number, heir?: Heir): Promise<void> {
  await inSteps(session, untilMs, () => findGrants(session, roles), revocation);
  await inSteps(session, untilMs, () => findPolicies(session, roles), withoutRoles);
  await inSteps(session, untilMs, () => findDefaultPrivileges(session, roles), withoutDefault);
  await inSteps(session, untilMs, () => findOwned(session, roles, heir?.owner), (object) => settlement(object, heir?.owner));
  if ((await locksOfRest(session, roles, heir?.owner)) > MAX_LOCKS) {
    throw new BrokerError(
      'BackendFailed',
      'a login owns more than can be changed in one transaction, such as a table with hundreds of indexes or with hundreds of views; drop them and repeat the delete',
    );
  }
  await session.change(
    ...(heir === undefined
      ? [`DROP OWNED BY ${list(roles)} CASCADE`]
      : [`REASSIGN OWNED BY ${list(roles)} TO ${escapeIdentifier(heir.owner)}`, `DROP OWNED BY ${list(roles)}`]),
  );
}

export const list = (roles: readonly FoundRole[]): string => roles.map(({ name }) => escapeIdentifier(name)).join(', ');

/** Changes what `find` returns, until it finds nothing else. What is refused is left for the statements after it. */
async function inSteps<T>(session: Session, untilMs: number, find: () => Promise<T[]>, change: (found: T) => string[]): Promise<void> {
  let before = new Set<string>();
  for (;;) {
    const found = (await find()).map((each) => change(each));
    const now = new Set(found.map((statements) => statements.join(';')));
    if ([...now].every((each) => before.has(each))) return;
    if (performance.now() > untilMs) throw new TurnOver();
    await together(session, found);
    before = now;
  }
}

async function together(session: Session, changes: readonly string[][]): Promise<void> {
  try {
    await session.change(...changes.flat());
  } catch (error) {
    if (!isRefusal(error)) throw error;
    for (const statements of changes) await unlessRefused(session.change(...statements));
  }
}

async function unlessRefused(step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!isRefusal(error) || isContention(error)) throw error;
  }
}
