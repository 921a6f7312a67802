import { query, type TestDatabase } from '../support/postgres.js';

export interface Recorded {
  readonly instances: number;
  readonly bindings: number;
  readonly operations: number;
}

/** How much the gateway has in its record, ended and deleted things included: for "this changed nothing". */
export async function recorded({ url }: TestDatabase): Promise<Recorded> {
  const [counts] = await query<Recorded & Record<string, number>>(
    url,
    `select (select count(*)::int from service_instance) as instances,
      (select count(*)::int from service_binding) as bindings, (select count(*)::int from operation) as operations`,
  );
  if (!counts) throw new Error('the count gave no row');
  return counts;
}
