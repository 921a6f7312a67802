import type { Area } from '../row.js';
import { catalogAnswers } from './catalog-answers.js';
import { catalogOfferings } from './catalog-offerings.js';

/** The catalog and its service offerings. */
export const catalog: Area = {
  code: 'CAT',
  rows: [...catalogOfferings, ...catalogAnswers].toSorted((a, b) => a.number - b.number),
};
