import type { Area } from '../row.js';

/** The header X-Broker-API-Originating-Identity. */
export const originatingIdentity: Area = { code: 'OID', rows: [] };
