import { escapeIdentifier } from 'pg';
import type { Random } from '../../faults/random.js';
import type { Session } from '../session.js';

/** One thing an attacker does with a login; the server refuses much of it. */
export type Action = (session: Session, random: Random) => Promise<unknown>;

/** Actions of one kind by their names. */
export interface Family {
  readonly name: string;
  readonly actions: Readonly<Record<string, Action>>;
}

/** A role of the server that looks like one of the gateway's: the attacker's own or another tenant's. */
export async function anyRole(session: Session, random: Random): Promise<string> {
  const rows = await session.run("SELECT rolname FROM pg_roles WHERE rolname LIKE 'osb%' ORDER BY rolname LIMIT 500");
  return escapeIdentifier(nameIn(rows, 'rolname', session.login.username, random));
}

/** A database of the server: the attacker's own, another tenant's, or one of the server itself. */
export async function anyDatabase(session: Session, random: Random): Promise<string> {
  const rows = await session.run('SELECT datname FROM pg_database ORDER BY datname LIMIT 500');
  return nameIn(rows, 'datname', session.login.database, random);
}

/** A number for names of objects, so that attackers meet their own objects again. */
export const few = (random: Random): number => random.below(8);

function nameIn(rows: readonly Record<string, unknown>[], column: string, otherwise: string, random: Random): string {
  const names = rows.map((row) => String(row[column]));
  return names.length === 0 ? otherwise : random.pick(names);
}
