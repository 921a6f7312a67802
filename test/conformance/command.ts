import { parseArgs } from 'node:util';
import { AREAS } from './areas.js';
import { BrokerUnderTest, type Login } from './broker/broker-under-test.js';
import { ROLES } from './broker/needs.js';
import { parseProfile, readProfile } from './broker/profile.js';
import { sweep } from './broker/sweep.js';
import { endpointsOf } from './report/endpoints.js';
import { jsonReport } from './report/json.js';
import { markdownReport } from './report/markdown.js';
import { violations } from './report/summary.js';
import { textReport } from './report/text.js';
import { nameOf, type Area, type Row } from './row.js';
import { chosen } from './runner/choice.js';
import type { Run } from './runner/result.js';
import { runRows } from './runner/run-rows.js';

const USAGE = `Holds a service broker to the Open Service Broker API 2.17, row by row.

  npm run conformance -- --url <address> [options]

  --url <address>         where the broker is, without /v2
  --username <name>       user name platforms must send; without it nothing is sent
  --password <password>   password platforms must send
  --profile <file>        YAML that tells what the broker's plans are like (docs/guides/test-a-broker.md)
  --only <rows>           areas and numbers, such as PRV,BND or 221 or 146-150
  --report json|md        a report for programs or people instead of the text for a terminal
  --list                  tell the rows and do nothing
  --help                  this text

Ends with 0 when every MUST, MUST NOT and MUST* that could be looked at is kept, with 1 when one is not, with 2 when
nothing could be tested.`;

const OPTIONS = {
  url: { type: 'string' },
  username: { type: 'string' },
  password: { type: 'string' },
  profile: { type: 'string' },
  only: { type: 'string', default: '' },
  report: { type: 'string', default: 'text' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const REPORTS: Readonly<Record<string, (run: Run) => string>> = { json: jsonReport, md: markdownReport, text: textReport };

/** What the command line does; gives the exit code. @throws Error when nothing could be tested */
export async function runCommand(args: string[], say: (text: string) => void): Promise<number> {
  const values = valuesOf(args);
  if (values.help) return told(USAGE, say);
  const areas = chosen(AREAS, values.only);
  if (values.list) return told(listOf(areas), say);
  const report = REPORTS[values.report];
  if (!report) throw new Error(`--report can be json or md, not ${values.report}`);
  const url = addressOf(values.url);
  const profile = values.profile === undefined ? parseProfile('') : await readProfile(values.profile);
  const run = await tested({ url, login: loginOf(values), profile }, areas);
  say(report(run));
  return violations(run).length > 0 ? 1 : 0;
}

async function tested(target: Parameters<typeof BrokerUnderTest.meet>[0], areas: readonly Area[]): Promise<Run> {
  const broker = await BrokerUnderTest.meet(target);
  try {
    if (areas.some(({ rows }) => rows.some(needsPlans))) await expectSomePlan(broker);
    return await runRows(broker, areas);
  } finally {
    broker.close();
  }
}

const needsPlans = (row: Row): boolean => 'needs' in row && (row.needs ?? []).some((need) => need in ROLES);

/** Otherwise hundreds of rows would fail, and none of them over what it is about. */
async function expectSomePlan(broker: BrokerUnderTest): Promise<void> {
  const { triedInVain } = broker;
  if (triedInVain.length === 0) return;
  const left = (await sweep(broker)).map((each) => `Could not be removed: ${each}`);
  const way = 'Name one in a profile, as sync or async, with what its create takes (docs/guides/test-a-broker.md); --only CAT needs none.';
  throw new Error(['no plan could be created without being told how:', ...triedInVain.map((story) => `  ${story}`), ...left, way].join('\n'));
}

function valuesOf(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}; --help tells the options`, { cause: error });
  }
}

function addressOf(url: string | undefined): string {
  if (url === undefined) throw new Error('--url is needed: where the broker is, without /v2');
  const { protocol, username } = URL.parse(url) ?? { protocol: '', username: '' };
  if (!/^https?:$/.test(protocol)) throw new Error(`--url must be an address like http://127.0.0.1:9000, not ${url}`);
  if (username !== '') throw new Error('--url has a login in it; give it as --username and --password');
  return url;
}

function loginOf({ username, password }: { readonly username?: string; readonly password?: string }): Login | undefined {
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) throw new Error('give both --username and --password');
  return { username, password };
}

function listOf(areas: readonly Area[]): string {
  const lines = areas.flatMap(({ code, rows }) =>
    rows.map((row) => `${nameOf(code, row).padEnd(9)} ${row.level.padEnd(8)} ${row.title} (${endpointsOf(row)})${whatFor(row)}`),
  );
  return lines.join('\n');
}

function whatFor(row: Area['rows'][number]): string {
  if ('cannotBeSeen' in row) return ` [not observable: ${row.cannotBeSeen}]`;
  return row.needs ? ` [needs ${row.needs.join(', ')}]` : '';
}

function told(text: string, say: (text: string) => void): number {
  say(text);
  return 0;
}
