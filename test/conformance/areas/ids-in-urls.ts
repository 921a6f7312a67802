import type { Area } from '../row.js';

/** Ids in paths and queries. */
export const idsInUrls: Area = { code: 'URL', rows: [] };
