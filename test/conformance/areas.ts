import type { Area } from './row.js';
import { versionHeader } from './areas/version-header.js';

/** Every area written so far, in the order of the register. */
export const AREAS: readonly Area[] = [versionHeader];
