import { nameOf } from '../row.js';
import { REGISTER } from '../register.js';
import type { Outcome, Result, Run } from '../runner/result.js';
import { endpointsOf } from './endpoints.js';
import { failures, reasons, summaryOf, verdictOf } from './summary.js';

/** For people: the verdict first, then what is broken, what was not looked at, and every row. */
export function markdownReport(run: Run): string {
  return [
    ...heading(run),
    ...summary(run),
    ...broken(run),
    ...notPlayed('Inapplicable', 'The broker lacks what these rows are about, or its profile does not tell of it.', reasons(run.results, 'inapplicable')),
    ...notPlayed('Not observable', 'No client can see these rules kept or broken.', reasons(run.results, 'invisible')),
    ...parts(run),
    ...everyRow(run),
  ].join('\n');
}

function heading(run: Run): string[] {
  const { url, version, tookMs, leftBehind } = run;
  const verdict = failures(run.results).length === 0 ? verdictOf(run) : `**${verdictOf(run)}**`;
  const left = leftBehind.length === 0 ? 'Nothing was left behind.' : `Could not be removed:\n\n${list(leftBehind)}`;
  return [`# Conformance of ${url}`, '', `Version ${version}, ${(tookMs / 1000).toFixed(1)} s. ${verdict} ${left}`, ''];
}

function summary({ results }: Run): string[] {
  const lines = summaryOf(results).map(
    ({ level, passed, failed, inapplicable, invisible }) => `| ${level} | ${passed} | ${failed} | ${inapplicable} | ${invisible} |`,
  );
  return ['| level | passed | failed | inapplicable | not observable |', '|---|---:|---:|---:|---:|', ...lines, ''];
}

function broken({ results }: Run): string[] {
  const failed = failures(results);
  if (failed.length === 0) return [];
  const items = failed.flatMap(({ area, row, outcome }) => [
    `### ${nameOf(area, row)} (${row.level})`,
    '',
    `${sentence(row.title)} ${endpointsOf(row)}; ${row.section}, since ${row.since}.`,
    '',
    '```',
    outcome.kind === 'failed' ? outcome.problem : '',
    '```',
    '',
  ]);
  return ['## Failed', '', ...items];
}

function notPlayed(title: string, why: string, all: ReadonlyMap<string, readonly Result[]>): string[] {
  if (all.size === 0) return [];
  const items = [...all].map(([reason, results]) => `${results.map(({ area, row }) => nameOf(area, row)).join(', ')}: ${reason}`);
  return [`## ${title}`, '', why, '', list(items), ''];
}

function parts({ parts: cast }: Run): string[] {
  const items = Object.entries(cast).map(([role, plan]) => `${role}: ${plan}`);
  return ['## Plans by the part they played', '', list(items), ''];
}

function everyRow({ results }: Run): string[] {
  const areas = REGISTER.map(({ code, name }) => ({ code, name, own: results.filter(({ area }) => area === code) }));
  return ['## Every row', '', ...areas.filter(({ own }) => own.length > 0).flatMap(({ code, name, own }) => areaTable(`${code}: ${name}`, own))];
}

function areaTable(title: string, results: readonly Result[]): string[] {
  const lines = results.map(({ row, outcome }) => `| ${row.number} | ${row.level} | ${cell(row.title)} | ${endpointsOf(row)} | ${MARKS[outcome.kind]} |`);
  return ['<details>', `<summary>${title}</summary>`, '', '| | level | the broker | calls | |', '|---:|---|---|---|---|', ...lines, '', '</details>', ''];
}

const MARKS: Readonly<Record<Outcome['kind'], string>> = { passed: '✓', failed: '✗', inapplicable: 'inapplicable', invisible: 'not observable' };

const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
