import type { Area } from '../row.js';

/** Fetching a binding. */
export const fetchingBindings: Area = { code: 'GBN', rows: [] };
