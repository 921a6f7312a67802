import { NEEDS, type Need } from '../broker/needs.js';
import type { Row } from '../row.js';
import { VERSIONS, type Version } from '../specification.js';
import type { Outcome } from './result.js';

export interface Offered {
  readonly version: Version;
  readonly missing: (needs: readonly Need[]) => readonly Need[];
}

/** What is known of a row before it is played; undefined for one that can be. */
export function beforehand(row: Row, { version, missing }: Offered): Outcome | undefined {
  if ('cannotBeSeen' in row) return { kind: 'invisible', reason: row.cannotBeSeen };
  if (VERSIONS.indexOf(row.since) > VERSIONS.indexOf(version)) {
    return { kind: 'inapplicable', reason: `the rule came with version ${row.since}, the broker speaks ${version}` };
  }
  const [need] = missing(row.needs ?? []);
  return need === undefined ? undefined : { kind: 'inapplicable', reason: `the broker lacks ${need}: ${NEEDS[need]}` };
}
