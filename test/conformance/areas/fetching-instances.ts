import type { Area } from '../row.js';

/** Fetching an instance. */
export const fetchingInstances: Area = { code: 'GIN', rows: [] };
