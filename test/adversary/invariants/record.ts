import { query } from '../../support/postgres.js';
import type { Violations } from '../violations.js';

const OBJECTS = `SELECT md5(string_agg(line, E'\\n' ORDER BY line)) AS digest FROM (
  SELECT format('%s %s %s', c.oid, c.relname, c.relowner) AS line FROM pg_class AS c
   WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_')
  UNION ALL SELECT format('lo %s', oid) FROM pg_largeobject_metadata
  UNION ALL SELECT format('acl %s', datacl) FROM pg_database WHERE datname = current_database()) AS lines`;

/** The objects of the gateway's own database, to be compared; its rows are the gateway's business. */
export async function digestOfRecord(url: string): Promise<string> {
  const [row] = await query<{ digest: string }>(url, OBJECTS);
  return row?.digest ?? '';
}

export async function checkRecord(url: string, before: string, violations: Violations): Promise<void> {
  if ((await digestOfRecord(url)) === before) return;
  violations.add('the record is not touched', 'the objects of the record are not those they were');
}

/** Once: nobody but the gateway and this run may be connected to the record. */
export async function checkSessionsOfRecord(url: string, violations: Violations): Promise<void> {
  const strangers = await query<{ usename: string }>(
    url,
    "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'osb\\_%\\_%'",
  );
  for (const { usename } of strangers) violations.add('the record is not touched', `${usename} is connected to the record`);
}
