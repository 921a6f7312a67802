import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT, SOURCE_FOLDERS } from './tree.js';

const LIMITS = { maxBuffer: 64 * 1024 * 1024, timeout: 200_000 };

export interface DoorReport {
  /** The files the gate has read, packages among them. */
  readonly files: ReadonlySet<string>;
  /** `rule: from -> to`, sorted. */
  readonly violations: readonly string[];
}

interface CruiseReport {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

/** Runs the gate of the doors over a project, as `npm run lint` does. */
export async function checkDoors(root: string): Promise<DoorReport> {
  const config = join(PROJECT, '.dependency-cruiser.mjs');
  const output = await run('depcruise', ['--config', config, '--output-type', 'json', ...SOURCE_FOLDERS], root);
  const { modules, summary } = JSON.parse(output) as CruiseReport;
  return {
    files: new Set(modules.map(({ source }) => source)),
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).toSorted(),
  };
}

interface LintReport {
  readonly number_of_files: number;
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}

export interface LintFindings {
  readonly files: number;
  /** `rule: file`, sorted. */
  readonly findings: readonly string[];
}

/** Runs the linter over a project, as `npm run lint` does. */
export async function lint(root: string): Promise<LintFindings> {
  const config = join(PROJECT, '.oxlintrc.json');
  const output = await run('oxlint', ['--type-aware', '--config', config, '--format', 'json', ...SOURCE_FOLDERS], root);
  const report = JSON.parse(output) as LintReport;
  return {
    files: report.number_of_files,
    findings: report.diagnostics.map(({ code, filename }) => `${code}: ${filename}`).toSorted(),
  };
}

/** What a program of our packages writes, whether it finds fault or not. */
function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const path = join(PROJECT, 'node_modules/.bin', program);
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path, ...args], { cwd, ...LIMITS }, (error, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(stdout);
      else reject(new Error(`${program} wrote no report: ${stderr || stdout || error?.message}`));
    });
  });
}
