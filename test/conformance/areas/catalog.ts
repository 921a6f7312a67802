import type { Area } from '../row.js';

/** The catalog and its service offerings. */
export const catalog: Area = { code: 'CAT', rows: [] };
