import { escapeIdentifier, escapeLiteral } from 'pg';
import type { BackendLog } from '#sdk';
import type { InstanceNames } from './names.js';
import type { Session } from './session.js';
import { isRefusal } from './sql-errors.js';

/** Settings of one role; a tenant can store any number. */
const MAX_SETTINGS = 100;
const MAX_CHARACTERS = 16_384;
/** Of the settings of one role as they are stored, of up to four bytes a character. A tenant can store 1 GB. */
const MAX_STORED_BYTES = 65_536;
/** Who a session is: the login's own matter. With a library that cannot be loaded nobody could log in any more. */
const NOT_COPIED: ReadonlySet<string> = new Set(['role', 'session_authorization', 'local_preload_libraries']);
/** Lists whose items PostgreSQL keeps quoted (GUC_LIST_QUOTE), as far as a login may set them. */
const LISTS: ReadonlySet<string> = new Set(['search_path', 'temp_tablespaces']);

/** Stored settings that may be read. What is compressed to so few bytes is a few megabytes at most: the server looks. */
export const READABLE_SETTINGS = `(CASE WHEN pg_column_size(setconfig) <= ${MAX_STORED_BYTES}
  THEN octet_length(setconfig::text) <= ${MAX_STORED_BYTES} ELSE false END)`;

type RoleSettings = ReadonlyMap<string, string>;

/**
 * Gives readwrite logins what a binding set with `ALTER ROLE CURRENT_USER SET …`: they act as the owner role, which has
 * the setting then and never logs in. New sessions have it; what was reset there is reset. Changes nothing where they
 * agree. A refusal is logged and nothing else.
 */
export async function copyOwnerSettings(admin: Session, names: InstanceNames, log: BackendLog): Promise<void> {
  try {
    const wanted = await settingsOfOwner(admin, names);
    if (wanted === undefined || size(wanted) > MAX_CHARACTERS || wanted.size > MAX_SETTINGS) {
      return log.warn('a database has more settings of its role than are given to its logins', { database: names.database });
    }
    for (const login of await readwriteLogins(admin, names)) {
      await admin.change(...changes(names, login, wanted));
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.warn('settings of a role were not given to its logins', { database: names.database, sqlstate: error.code });
  }
}

interface Login {
  readonly name: string;
  readonly settings: RoleSettings;
}

/** Those for this database win over those for all. Nothing where they are too large to be read. */
async function settingsOfOwner(admin: Session, names: InstanceNames): Promise<RoleSettings | undefined> {
  const rows = await admin.rows<{ settings: string[] | null }>(
    `SELECT CASE WHEN ${READABLE_SETTINGS} THEN setconfig END AS settings FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole
      WHERE rolname = $1 AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = $2)) ORDER BY setdatabase`,
    [names.owner, names.database],
  );
  if (rows.some(({ settings }) => settings === null)) return undefined;
  return settingsIn(rows.flatMap(({ settings }) => settings ?? []));
}

/** Those that act as the owner, but those with too large settings of their own. */
async function readwriteLogins(admin: Session, names: InstanceNames): Promise<Login[]> {
  const rows = await admin.rows<{ name: string; setconfig: string[] }>(
    `SELECT rolname AS name, setconfig FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole
      WHERE starts_with(rolname, $1) AND setdatabase = (SELECT oid FROM pg_database WHERE datname = $2)
        AND CASE WHEN ${READABLE_SETTINGS} THEN $3 = ANY (setconfig) ELSE false END`,
    [names.rolePrefix, names.database, `role=${names.owner}`],
  );
  return rows.map(({ name, setconfig }) => ({ name, settings: settingsIn(setconfig) }));
}

function settingsIn(entries: readonly string[]): RoleSettings {
  const pairs = entries.map((entry): [string, string] => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  return new Map(pairs.filter(([name]) => !NOT_COPIED.has(name.toLowerCase())));
}

function changes(names: InstanceNames, { name: login, settings }: Login, wanted: RoleSettings): string[] {
  const role = `ALTER ROLE ${escapeIdentifier(login)} IN DATABASE ${escapeIdentifier(names.database)}`;
  const set = [...wanted].filter(([name, value]) => settings.get(name) !== value);
  const reset = [...settings.keys()].filter((name) => !wanted.has(name));
  return [
    ...set.map(([name, value]) => `${role} SET ${escapeIdentifier(name)} TO ${valueOf(name, value)}`),
    ...reset.map((name) => `${role} RESET ${escapeIdentifier(name)}`),
  ];
}

function valueOf(name: string, value: string): string {
  if (!LISTS.has(name.toLowerCase())) return escapeLiteral(value);
  const items = [...value.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)].map(([item, quoted]) => quoted?.replaceAll('""', '"') ?? item);
  return items.length === 0 ? "''" : items.map((item) => escapeLiteral(item)).join(', ');
}

const size = (settings: RoleSettings): number =>
  [...settings].reduce((total, [name, value]) => total + name.length + value.length, 0);
