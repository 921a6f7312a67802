import type { Area } from '../row.js';

/** Rotation of bindings. */
export const rotation: Area = { code: 'ROT', rows: [] };
