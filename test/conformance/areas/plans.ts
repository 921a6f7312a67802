import type { Area } from '../row.js';

/** The plans of the catalog. */
export const plans: Area = { code: 'PLN', rows: [] };
