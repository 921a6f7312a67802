import type { Area } from '../row.js';

/** Parameter schemas. */
export const schemas: Area = { code: 'SCH', rows: [] };
