import type { Area } from '../row.js';

/** Metadata by convention of the profile. */
export const metadata: Area = { code: 'META', rows: [] };
