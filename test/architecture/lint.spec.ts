import { rm } from 'node:fs/promises';
import { lint, type LintFindings } from './gates.js';
import { plantProject } from './tree.js';

const PLANTED: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['typescript(no-explicit-any)', 'libs/core/a.ts', 'export const a: any = 1;\n'],
  [
    'typescript(no-floating-promises)',
    'libs/core/b.ts',
    'export function b(): void {\n  Promise.resolve(1);\n}\n',
  ],
  [
    'typescript(no-misused-promises)',
    'libs/core/c.ts',
    'export const c = (read: () => Promise<boolean>): number => {\n  if (read()) return 1;\n  return 2;\n};\n',
  ],
  ['typescript(await-thenable)', 'libs/core/d.ts', 'export const d = async (): Promise<number> => await 1;\n'],
  [
    'typescript(switch-exhaustiveness-check)',
    'libs/core/e.ts',
    "export function e(kind: 'a' | 'b'): void {\n  switch (kind) {\n    case 'a':\n      return;\n  }\n}\n",
  ],
  ['typescript(ban-ts-comment)', 'libs/core/f.ts', '// @ts-ignore\nexport const f: string = 1;\n'],
  ['jest(no-focused-tests)', 'libs/core/g.spec.ts', "test.only('g', () => {\n  expect(1).toBe(1);\n});\n"],
  ['jest(expect-expect)', 'test/e2e/h.spec.ts', "test('h', () => {});\n"],
];

const INNOCENT = {
  'libs/core/nest.module.ts': `import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';

@Injectable()
export class Clock {}

@Injectable()
export class Watch {
  constructor(readonly clock: Clock) {}
}

@Module({ providers: [Clock, Watch] })
export class WatchModule {}
`,
};

describe('the linter', () => {
  let root: string;
  let report: LintFindings;

  beforeAll(async () => {
    root = await plantProject({ ...INNOCENT, ...Object.fromEntries(PLANTED.map(([, file, text]) => [file, text])) });
    report = await lint(root);
  });

  afterAll(() => rm(root, { recursive: true }));

  test('reads every file, types included', () => {
    expect(report.files).toBe(PLANTED.length + Object.keys(INNOCENT).length);
  });

  test.each(PLANTED)('finds %s', (rule, file) => {
    expect(report.findings).toContain(`${rule}: ${file}`);
  });

  test('leaves Nest classes with decorators alone', () => {
    expect(report.findings.filter((finding) => finding.endsWith('nest.module.ts'))).toEqual([]);
  });
});
