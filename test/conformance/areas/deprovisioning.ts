import type { Area } from '../row.js';
import { deprovisionOutcomes } from './deprovisioning-outcomes.js';
import { deprovisionRequests } from './deprovisioning-requests.js';

/** Removing instances. */
export const deprovisioning: Area = {
  code: 'DEP',
  rows: [...deprovisionRequests, ...deprovisionOutcomes].toSorted((one, other) => one.number - other.number),
};
