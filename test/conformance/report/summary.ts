import { KINDS, type Outcome, type Result, type Run } from '../runner/result.js';
import { LEVELS, type Level } from '../specification.js';

export type Counts = Readonly<Record<Outcome['kind'], number>>;

export interface LevelCounts extends Counts {
  readonly level: Level | 'all';
}

/** How many rows of each level ended how; the last line is of all of them. */
export function summaryOf(results: readonly Result[]): LevelCounts[] {
  const lines = LEVELS.map((level) => ({ level, ...countsOf(results.filter(({ row }) => row.level === level)) }));
  return [...lines, { level: 'all', ...countsOf(results) }];
}

/** Broken rules the specification leaves no choice about. */
export function violations({ results }: Run): Result[] {
  return failures(results).filter(({ row }) => BINDING.has(row.level));
}

/** What came of it, in a sentence. */
export function verdictOf(run: Run): string {
  const failed = failures(run.results).length;
  const played = countsOf(run.results).passed + failed;
  if (failed === 0) return `None of the ${played} rows that were played failed.`;
  return `${failed} of the ${played} rows that were played failed, ${violations(run).length} of them MUST, MUST NOT or MUST*.`;
}

export function failures(results: readonly Result[]): Result[] {
  return results.filter(({ outcome }) => outcome.kind === 'failed');
}

/** Why rows were not played, each reason with its rows. */
export function reasons(results: readonly Result[], kind: 'inapplicable' | 'invisible'): Map<string, Result[]> {
  const left = results.filter(({ outcome }) => outcome.kind === kind);
  return Map.groupBy(left, ({ outcome }) => ('reason' in outcome ? outcome.reason : ''));
}

const BINDING: ReadonlySet<Level> = new Set<Level>(['MUST', 'MUST NOT', 'MUST*']);

function countsOf(results: readonly Result[]): Counts {
  const counts = KINDS.map((kind) => [kind, results.filter(({ outcome }) => outcome.kind === kind).length]);
  return Object.fromEntries(counts) as Counts;
}
