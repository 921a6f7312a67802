/** What the table of rows has in one area: its numbers without a gap, and how many rows stand at each level. */
export interface Registered {
  readonly code: string;
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly levels: Readonly<Record<'MUST' | 'MUST NOT' | 'MUST*' | 'SHOULD' | 'MAY' | 'OPEN', number>>;
}

/** Every area of the table, in its order: 458 rows in all. */
export const REGISTER: readonly Registered[] = [
  area('HDR', 'The version header', 1, 13, [1, 0, 6, 0, 3, 3]),
  area('AUTH', 'Authentication and transport', 14, 25, [4, 0, 3, 1, 2, 2]),
  area('OID', 'The originating identity', 26, 36, [0, 0, 7, 0, 0, 4]),
  area('RID', 'The request identity', 37, 44, [0, 0, 2, 3, 1, 2]),
  area('BODY', 'Content types and bodies', 45, 63, [3, 0, 6, 3, 2, 5]),
  area('URL', 'Ids in paths and queries', 64, 74, [1, 0, 6, 0, 0, 4]),
  area('ERR', 'Errors', 75, 88, [8, 3, 0, 1, 2, 0]),
  area('CAT', 'The catalog and its offerings', 89, 112, [8, 2, 7, 3, 4, 0]),
  area('PLN', 'Plans', 113, 126, [5, 0, 7, 1, 0, 1]),
  area('SCH', 'Parameter schemas', 127, 138, [1, 2, 4, 3, 1, 1]),
  area('META', 'Metadata by convention', 139, 145, [1, 0, 1, 5, 0, 0]),
  area('ASY', 'Synchronous and asynchronous', 146, 160, [7, 0, 2, 1, 2, 3]),
  area('BLK', 'Two things at once', 161, 175, [12, 0, 3, 0, 0, 0]),
  area('LOI', 'Last operation of instances', 176, 203, [10, 2, 6, 4, 2, 4]),
  area('LOB', 'Last operation of bindings', 204, 217, [6, 1, 3, 2, 2, 0]),
  area('POL', 'How long polling goes on', 218, 220, [0, 0, 2, 1, 0, 0]),
  area('PRV', 'Provisioning', 221, 265, [18, 0, 8, 3, 5, 11]),
  area('GIN', 'Fetching an instance', 266, 282, [7, 1, 3, 0, 3, 3]),
  area('UPD', 'Updating', 283, 315, [11, 3, 7, 0, 6, 6]),
  area('BND', 'Binding', 316, 365, [20, 5, 8, 7, 3, 7]),
  area('ROT', 'Rotation of bindings', 366, 380, [2, 0, 5, 1, 0, 7]),
  area('GBN', 'Fetching a binding', 381, 396, [8, 1, 4, 0, 1, 2]),
  area('UNB', 'Unbinding', 397, 413, [9, 0, 4, 3, 0, 1]),
  area('DEP', 'Deprovisioning', 414, 431, [10, 0, 2, 1, 1, 4]),
  area('ORP', 'Orphan mitigation', 432, 444, [0, 0, 10, 2, 1, 0]),
  area('CTX', 'Context and bind resource', 445, 458, [1, 0, 11, 0, 0, 2]),
];

/** The levels in the order of {@link Registered.levels}. */
function area(code: string, name: string, first: number, last: number, counts: readonly number[]): Registered {
  const [must = 0, mustNot = 0, forced = 0, should = 0, may = 0, open = 0] = counts;
  const levels = { MUST: must, 'MUST NOT': mustNot, 'MUST*': forced, SHOULD: should, MAY: may, OPEN: open };
  return { code, name, first, last, levels };
}
