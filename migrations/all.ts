import { Foundation1795219200000 } from './1795219200000-foundation.js';
import { FairClaims1795250000000 } from './1795250000000-fair-claims.js';

/** Every migration, oldest first. A new one is added at the end and never changed after a release. */
export const migrations = [Foundation1795219200000, FairClaims1795250000000];
