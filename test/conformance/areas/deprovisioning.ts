import type { Area } from '../row.js';

/** Deprovisioning. */
export const deprovisioning: Area = { code: 'DEP', rows: [] };
