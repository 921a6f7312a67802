import type { Area } from '../row.js';

/** Content types, JSON and members nobody knows. */
export const bodies: Area = { code: 'BODY', rows: [] };
