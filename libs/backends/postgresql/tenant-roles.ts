/** The name of an instance's database, as a regular expression of PostgreSQL. */
export const DATABASE_PATTERN = '^osb_[0-9a-v]{26}$';

/** The name of a binding's login, as a regular expression of PostgreSQL. */
export const LOGIN_PATTERN = '^osb_[0-9a-v]{26}_[0-9a-v]{26}$';

/** The name of any role of an instance: its owner, its reader and its logins. */
export const TENANT_ROLE_PATTERN = '^osb_[0-9a-v]{26}(_ro|_[0-9a-v]{26})?$';

/** The database of the instance a role belongs to: its name starts with it. */
export function instanceOf(role: string): string {
  return role.slice(0, 'osb_'.length + 26);
}
