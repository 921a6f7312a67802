import type { Area } from '../row.js';

/** Synchronous and asynchronous operations. */
export const asynchrony: Area = { code: 'ASY', rows: [] };
