import type { Row } from '../row.js';
import type { Outcome, Result, Run } from '../runner/result.js';
import type { Level } from '../specification.js';
import { jsonReport } from './json.js';
import { markdownReport } from './markdown.js';
import { summaryOf, violations } from './summary.js';
import { textReport } from './text.js';

function result(number: number, level: Level, outcome: Outcome): Result {
  const heading = { number, level, endpoint: 'provision', section: 'Provisioning', since: '2.13', title: `keeps rule ${number}` } as const;
  const row: Row = outcome.kind === 'invisible' ? { ...heading, cannotBeSeen: outcome.reason } : { ...heading, check: async () => undefined };
  return { area: 'PRV', row, outcome, tookMs: 1.4 };
}

const RUN: Run = {
  url: 'http://broker',
  version: '2.17',
  parts: { sync: 'db/small' },
  results: [
    result(221, 'MUST', { kind: 'passed' }),
    result(222, 'MUST NOT', { kind: 'failed', problem: 'PUT … was answered 500' }),
    result(223, 'SHOULD', { kind: 'failed', problem: 'it was late' }),
    result(224, 'MUST', { kind: 'inapplicable', reason: 'the broker lacks async' }),
    result(225, 'MUST', { kind: 'inapplicable', reason: 'the broker lacks async' }),
    result(226, 'MAY', { kind: 'invisible', reason: 'it is about logs' }),
  ],
  leftBehind: ['/v2/service_instances/i: never answered'],
  tookMs: 12_345,
};

test('the summary counts every outcome by level, and what was not played never as passed', () => {
  const [must, , , , may] = summaryOf(RUN.results);
  expect(must).toEqual({ level: 'MUST', passed: 1, failed: 0, inapplicable: 2, invisible: 0 });
  expect(may).toMatchObject({ level: 'MAY', passed: 0, invisible: 1 });
  expect(summaryOf(RUN.results).at(-1)).toEqual({ level: 'all', passed: 1, failed: 2, inapplicable: 2, invisible: 1 });
});

test('only what the specification leaves no choice about is a violation', () => {
  expect(violations(RUN).map(({ row }) => row.number)).toEqual([222]);
});

test('the text tells what failed, what was not looked at and why, and what was left', () => {
  const text = textReport(RUN);
  expect(text).toContain('✗ PRV 222 MUST NOT: keeps rule 222\n    PUT … was answered 500\n');
  expect(text).toContain('PRV 224, PRV 225: the broker lacks async');
  expect(text).toContain('PRV 226: it is about logs');
  expect(text).toContain('/v2/service_instances/i: never answered');
  expect(text).toMatch(/^all +1 +2 +2 +1$/m);
  expect(text).toMatch(/\n2 of the 3 rows that were played failed, 1 of them MUST, MUST NOT or MUST\*\.$/);
});

test('the Markdown begins with the verdict and ends with every row', () => {
  const text = markdownReport(RUN);
  expect(text).toMatch(/^# Conformance of http:\/\/broker\n\nVersion 2\.17, 12\.3 s\. \*\*2 of the 3 rows that were played failed, 1 of them MUST, MUST NOT or MUST\*\.\*\* Could not be removed:/);
  expect(text).toContain('| all | 1 | 2 | 2 | 1 |');
  expect(text).toContain('### PRV 222 (MUST NOT)\n\nKeeps rule 222. PUT /v2/service_instances/:id; Provisioning, since 2.13.');
  expect(text).toContain('| 226 | MAY | keeps rule 226 | PUT /v2/service_instances/:id | not observable |');
});

test('the JSON has every row with its outcome', () => {
  const { rows, summary, ...run } = JSON.parse(jsonReport(RUN)) as Record<string, unknown[]>;
  expect(rows).toHaveLength(6);
  expect(rows?.[1]).toMatchObject({ area: 'PRV', number: 222, level: 'MUST NOT', kind: 'failed', problem: 'PUT … was answered 500' });
  expect(summary).toHaveLength(7);
  expect(run).toMatchObject({ url: 'http://broker', version: '2.17', tookMs: 12_345 });
});
