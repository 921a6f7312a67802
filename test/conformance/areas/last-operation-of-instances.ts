import type { Area } from '../row.js';
import { lastOperationRequests } from './last-operation-requests.js';
import { lastOperationStates } from './last-operation-states.js';

/** The last operation of instances. */
export const lastOperationOfInstances: Area = { code: 'LOI', rows: [...lastOperationStates, ...lastOperationRequests] };
