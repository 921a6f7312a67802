import type { Area } from '../row.js';

/** The last operation of instances. */
export const lastOperationOfInstances: Area = { code: 'LOI', rows: [] };
