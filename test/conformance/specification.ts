/**
 * How binding a row is: the specification's own word; `MUST*` is not said of the broker in one sentence, but forced by
 * what is said; `OPEN` is left open, and the row holds brokers to the rule this suite recommends.
 */
export const LEVELS = ['MUST', 'MUST NOT', 'MUST*', 'SHOULD', 'MAY', 'OPEN'] as const;
export type Level = (typeof LEVELS)[number];

/** Versions of the specification the suite knows, oldest first; a rule older than the first is given the first. */
export const VERSIONS = ['2.13', '2.14', '2.15', '2.16', '2.17'] as const;
export type Version = (typeof VERSIONS)[number];

/** The ten calls of the API in the specification's words. */
export const ENDPOINTS = {
  catalog: 'GET /v2/catalog',
  provision: 'PUT /v2/service_instances/:id',
  update: 'PATCH /v2/service_instances/:id',
  deprovision: 'DELETE /v2/service_instances/:id',
  'fetch instance': 'GET /v2/service_instances/:id',
  'last operation': 'GET /v2/service_instances/:id/last_operation',
  bind: 'PUT …/service_bindings/:id',
  unbind: 'DELETE …/service_bindings/:id',
  'fetch binding': 'GET …/service_bindings/:id',
  'last operation of a binding': 'GET …/service_bindings/:id/last_operation',
} as const;
export type Endpoint = keyof typeof ENDPOINTS;
