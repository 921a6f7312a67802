import { BrokerError } from '#sdk';

/** A query as Fastify parses it: a repeated key is an array. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** Only the word `true`, once, counts: it is a boolean, not a text. */
export const acceptsIncomplete = (query: Query): boolean => query['accepts_incomplete'] === 'true';

/** @throws BrokerError BadRequest when it is absent, empty or given twice */
export function requiredParameter(query: Query, name: 'service_id' | 'plan_id'): string {
  const value = query[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new BrokerError('BadRequest', `the query parameter ${name} is required, once and not empty`);
}

/** An empty one counts as absent. @throws BrokerError BadRequest when it is given twice */
export function optionalParameter(query: Query, name: 'service_id' | 'plan_id' | 'operation'): string | undefined {
  const value = query[name];
  if (Array.isArray(value)) throw new BrokerError('BadRequest', `the query parameter ${name} must be given once`);
  return value === '' ? undefined : value;
}

/** The service a GET may name; the plan it may name counts for nothing, since it may have changed. */
export function serviceHint(query: Query): string | undefined {
  optionalParameter(query, 'plan_id');
  return optionalParameter(query, 'service_id');
}
