import type { Area } from '../row.js';
import { updateOutcomes } from './updating-outcomes.js';
import { updatePlans } from './updating-plans.js';
import { updateRequests } from './updating-requests.js';

/** Updating an instance. */
export const updating: Area = { code: 'UPD', rows: [...updateRequests, ...updatePlans, ...updateOutcomes] };
