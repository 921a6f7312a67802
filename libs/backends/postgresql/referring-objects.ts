/** A condition on pg_shdepend: an object in the database of the session refers to one of the roles `$1`. */
export const REFERS_TO_ROLES = `refclassid = 'pg_authid'::regclass AND refobjid = ANY ($1::oid[])
  AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`;
