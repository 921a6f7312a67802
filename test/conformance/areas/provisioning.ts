import type { Area } from '../row.js';
import { provisionedAgain } from './provisioning-again.js';
import { provisionBodies } from './provisioning-bodies.js';
import { provisionResults } from './provisioning-results.js';

/** Provisioning. */
export const provisioning: Area = { code: 'PRV', rows: [...provisionedAgain, ...provisionBodies, ...provisionResults] };
