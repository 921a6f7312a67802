import type { Area } from '../row.js';

/** The header X-Broker-API-Request-Identity. */
export const requestIdentity: Area = { code: 'RID', rows: [] };
