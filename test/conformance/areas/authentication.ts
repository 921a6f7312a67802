import type { Area } from '../row.js';

/** Authentication and transport. */
export const authentication: Area = { code: 'AUTH', rows: [] };
