import { query } from '../support/postgres.js';

/** The operations on an instance that another gateway carries on when theirs is killed (ADR 22). */
export function confirmed(databaseUrl: string, instanceId: string): Promise<unknown[]> {
  return query(
    databaseUrl,
    'select from operation join service_instance i on i.incarnation = instance_incarnation where instance_id = $1 and confirmed',
    [instanceId],
  );
}
