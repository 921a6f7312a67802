import type { InstanceNames } from './names.js';
import type { Session } from './session.js';

/** An instance's database as it stands on the server. */
export interface FoundDatabase {
  /** Null until the provision was finished. */
  readonly comment: string | null;
  /** False while a deletion is under way, or after one that broke off. */
  readonly connectable: boolean;
}

export async function findDatabase(admin: Session, names: InstanceNames): Promise<FoundDatabase | undefined> {
  // A connection limit of -2 marks a database whose deletion broke off: it can be dropped, nothing else.
  const [found] = await admin.rows<FoundDatabase>(
    `SELECT shobj_description(oid, 'pg_database') AS comment, datallowconn AND datconnlimit <> -2 AS connectable
       FROM pg_database WHERE datname = $1`,
    [names.database],
  );
  return found;
}

/** Every role made for the instance: owner, reader and bindings. */
export async function findRoles(admin: Session, names: InstanceNames): Promise<string[]> {
  const found = await admin.rows<{ rolname: string }>(
    'SELECT rolname FROM pg_roles WHERE rolname = $1 OR starts_with(rolname, $2) ORDER BY rolname',
    [names.owner, names.rolePrefix],
  );
  return found.map((role) => role.rolname);
}

/** A role of an instance, by the id that no later role of the same name has. */
export interface FoundRole {
  readonly oid: number;
  readonly name: string;
  readonly canLogin: boolean;
}

/** {@link findRoles}, with their ids. */
export function findRolesWithIds(admin: Session, names: InstanceNames): Promise<FoundRole[]> {
  return admin.rows<FoundRole>(
    `SELECT oid, rolname AS name, rolcanlogin AS "canLogin" FROM pg_roles
      WHERE rolname = $1 OR starts_with(rolname, $2) ORDER BY rolname`,
    [names.owner, names.rolePrefix],
  );
}

/** Of these roles, those an application can log in with. */
export function loginsAmong(roles: readonly FoundRole[], names: InstanceNames): FoundRole[] {
  return roles.filter(({ name }) => name !== names.owner && name !== names.reader);
}

/** {@link loginsAmong}, of names. */
export function bindingRolesAmong(roles: readonly string[], names: InstanceNames): string[] {
  return roles.filter((role) => role !== names.owner && role !== names.reader);
}
