import type { Area } from '../row.js';

/** Provisioning. */
export const provisioning: Area = { code: 'PRV', rows: [] };
