import { nameOf } from '../row.js';
import type { Result, Run } from '../runner/result.js';
import { endpointsOf } from './endpoints.js';
import { failures, reasons, summaryOf, verdictOf } from './summary.js';

/** For a terminal: what is broken, what was not looked at, and the sums. */
export function textReport(run: Run): string {
  return [
    `${run.url}, version ${run.version}, ${(run.tookMs / 1000).toFixed(1)} s`,
    '',
    ...failures(run.results).flatMap(failureLines),
    ...reasonLines('inapplicable to this broker, or not told of by its profile', reasons(run.results, 'inapplicable')),
    ...reasonLines('not observable from outside', reasons(run.results, 'invisible')),
    ...leftLines(run),
    ...table(run),
    '',
    verdictOf(run),
  ].join('\n');
}

function failureLines({ area, row, outcome }: Result): string[] {
  const problem = outcome.kind === 'failed' ? outcome.problem : '';
  const where = `${endpointsOf(row)}; ${row.section}, since ${row.since}`;
  return [`✗ ${nameOf(area, row)} ${row.level}: ${row.title}`, `    ${problem}`, `    ${where}`, ''];
}

function reasonLines(what: string, all: ReadonlyMap<string, readonly Result[]>): string[] {
  if (all.size === 0) return [];
  const lines = [...all].map(([reason, results]) => `  ${results.map(({ area, row }) => nameOf(area, row)).join(', ')}: ${reason}`);
  return [`${what}:`, ...lines, ''];
}

function leftLines({ leftBehind }: Run): string[] {
  return leftBehind.length === 0 ? [] : ['could not be removed:', ...leftBehind.map((left) => `  ${left}`), ''];
}

function table({ results }: Run): string[] {
  const cells = summaryOf(results).map(({ level, passed, failed, inapplicable, invisible }) => [level, passed, failed, inapplicable, invisible]);
  return [['', 'passed', 'failed', 'inapplicable', 'not observable'], ...cells].map(([level, ...counts]) =>
    [String(level).padEnd(9), ...counts.map((count) => String(count).padStart(15))].join(''),
  );
}
