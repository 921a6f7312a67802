import type { Area } from '../row.js';
import { publishedSchemaRows } from './schemas-published.js';
import { enforcedSchemaRows } from './schemas-enforced.js';

/** Parameter schemas. */
export const schemas: Area = { code: 'SCH', rows: [...publishedSchemaRows, ...enforcedSchemaRows].toSorted((a, b) => a.number - b.number) };
