import type { Unmarked } from '../architecture/marks.js';

/** Rules that other specs hold the gateway to: number, file below test/, and the test. */
export const ELSEWHERE: readonly Unmarked[] = [
  [1, 'e2e/catalog.spec.ts', 'what another backend had first is left out, and nothing else'],
  [20, 'e2e/catalog.spec.ts', 'a backend that went down keeps its services in the catalog, over a restart too'],
  [38, 'e2e/secrets.spec.ts', 'of one whose backend throws everything it knows'],
  [58, 'faults/crash-slice.spec.ts', '%s leaves nothing lost and nothing orphaned'],
  [70, 'faults/crash-slice.spec.ts', '%s leaves nothing lost and nothing orphaned'],
  [71, 'persistence/leases.spec.ts', 'an operation is overdue by the clock of the database'],
  [76, 'e2e/concurrency-deletes.spec.ts', 'a delete during a create is accepted, repeated it is the same, and in the end nothing is left (DEP 416, 422)'],
  [77, 'faults/crash-slice.spec.ts', '%s leaves nothing lost and nothing orphaned'],
  [79, 'faults/postgres-away.spec.ts', 'every mutation is 503 with Retry-After, and no backend is asked'],
  [80, 'e2e/kept-results.spec.ts', 'a database that is away for longer than the request can wait makes it 503, and what the backend made is found'],
  [81, 'e2e/equality.spec.ts', 'requests that differ in %s are in conflict (PRV 229, BND 322)'],
  [82, 'e2e/equality.spec.ts', 'requests that differ only in %s are identical (PRV 231)'],
  [89, 'faults/crash-slice.spec.ts', '%s leaves nothing lost and nothing orphaned'],
];

/** Rules the gateway does not keep, and why. */
export const LEFT_OUT: ReadonlyMap<number, string> = new Map([
  [6, 'Ids are published as the backends give them; other ids for twins come with the control plane.'],
  [15, 'Which platform sees which plans comes with the control plane.'],
  [43, 'A bare 422 is told as 400 by rule G97, whatever version the backend speaks.'],
  [83, 'Nothing unknown is adopted: an instance belongs to a platform, and only an operator can say to which.'],
  [113, 'Quotas and rate limits come with the control plane.'],
]);
