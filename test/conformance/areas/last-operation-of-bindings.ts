import type { Area } from '../row.js';

/** The last operation of bindings. */
export const lastOperationOfBindings: Area = { code: 'LOB', rows: [] };
