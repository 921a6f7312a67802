import type { Area } from '../row.js';

/** How long polling goes on. */
export const polling: Area = { code: 'POL', rows: [] };
