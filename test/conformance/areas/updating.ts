import type { Area } from '../row.js';

/** Updating an instance. */
export const updating: Area = { code: 'UPD', rows: [] };
