import type { Area } from '../row.js';

/** The context object and the bind resource. */
export const contexts: Area = { code: 'CTX', rows: [] };
