import { escapeIdentifier } from 'pg';

/** A schema, quoted, and a right that somebody lacks there. */
export interface LackingRight {
  readonly schema: string;
  readonly right: 'USAGE' | 'CREATE';
  readonly role: string;
}

/**
 * SQL for the schemas, quoted, that a role cannot use, of those with these ids. Its owner can take USAGE from everybody,
 * himself included; then nobody but a superuser can name what is inside.
 */
export function hiddenFrom(role: string, schemaIds: string): string {
  return `ARRAY(SELECT quote_ident(nspname) FROM pg_namespace AS hidden
    WHERE oid IN (${schemaIds}) AND NOT has_schema_privilege(${role}, hidden.oid, 'USAGE') ORDER BY 1)`;
}

export const usageFor = (role: string, schemas: readonly string[]): LackingRight[] =>
  schemas.map((schema) => ({ schema, right: 'USAGE', role }));

/** The statements, with the rights they need given before and taken after: others find the schemas as they were. */
export function withRights(lacking: readonly LackingRight[], statements: readonly string[]): string[] {
  const each = (verb: string, preposition: string): string[] =>
    lacking.map(({ schema, right, role }) => `${verb} ${right} ON SCHEMA ${schema} ${preposition} ${escapeIdentifier(role)}`);
  return [...each('GRANT', 'TO'), ...statements, ...each('REVOKE', 'FROM')];
}
