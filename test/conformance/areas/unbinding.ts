import type { Area } from '../row.js';

/** Unbinding. */
export const unbinding: Area = { code: 'UNB', rows: [] };
