import type { Area } from '../row.js';

/** Two things at once. */
export const blocking: Area = { code: 'BLK', rows: [] };
