import type { Area } from '../row.js';

/** Binding. */
export const binding: Area = { code: 'BND', rows: [] };
