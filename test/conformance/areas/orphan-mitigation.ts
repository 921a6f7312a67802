import type { Area } from '../row.js';

/** Orphan mitigation as a broker sees it. */
export const orphanMitigation: Area = { code: 'ORP', rows: [] };
