import type { Area } from '../row.js';
import { nameOf } from '../row.js';
import type { Run } from '../runner/result.js';
import { endpointsOf } from './endpoints.js';
import { reasons, summaryOf } from './summary.js';

/**
 * What came of a run, by level, and what was not played and why: for a page of the documentation.
 * @param known why rows are inapplicable, by their names: a run may tell it in words that are never the same
 */
export function outcomeTables({ results }: Run, known: Readonly<Record<string, string>>): string {
  const counts = summaryOf(results).map(
    ({ level, passed, failed, inapplicable, invisible }) => `| ${level} | ${passed} | ${failed} | ${inapplicable} | ${invisible} |`,
  );
  const inapplicable = results.filter(({ outcome }) => outcome.kind === 'inapplicable').map(({ area, row }) => nameOf(area, row));
  const invisible = [...reasons(results, 'invisible')].map(([reason, rows]) => [rows.map(({ area, row }) => nameOf(area, row)).join(', '), reason]);
  const left = [
    ...inapplicable.map((name) => `| ${name} | inapplicable | ${cell(known[name] ?? '')} |`),
    ...invisible.map(([names = '', reason = '']) => `| ${names} | not observable | ${cell(reason)} |`),
  ];
  return [
    '| level | passed | failed | inapplicable | not observable |',
    '|---|---:|---:|---:|---:|',
    ...counts,
    '',
    '| not played | | why |',
    '|---|---|---|',
    ...left,
    '',
  ].join('\n');
}

/** The rules chosen where the specification leaves a choice, or says nothing. */
export function openRules(areas: readonly Area[]): string {
  const rows = areas.flatMap(({ code, rows: all }) =>
    all.filter(({ level }) => level === 'OPEN').map((row) => `| ${nameOf(code, row)} | ${cell(row.title)} | ${endpointsOf(row)} |`),
  );
  return ['| row | the gateway | calls |', '|---|---|---|', ...rows, ''].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
