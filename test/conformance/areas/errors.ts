import type { Area } from '../row.js';
import { errorEffects } from './errors-effects.js';
import { errorsTold } from './errors-told.js';

/** Errors: their statuses, words and sentences, and what they leave behind. */
export const errors: Area = { code: 'ERR', rows: [...errorsTold, ...errorEffects] };
