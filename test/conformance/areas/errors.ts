import type { Area } from '../row.js';

/** The error object and its words. */
export const errors: Area = { code: 'ERR', rows: [] };
