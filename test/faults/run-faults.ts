import { parseArgs } from 'node:util';
import { startTestServer, stopTestServer } from '../support/test-server.js';
import { cells, type Cell } from './cells.js';
import { Random } from './random.js';
import { story, summary } from './reporting.js';
import { playRound, type RoundReport } from './round.js';
import { Stage } from './stage.js';

const USAGE = `Kills gateways at every step of every operation and checks what is left.

  npm run faults -- [options]

  --seed <number>     where the random choices begin (1)
  --rounds <number>   how many rounds to play (each cell once)
  --cell <text>       only cells whose name contains this
  --list              name the cells and do nothing
  --help              this text`;

interface Turn {
  readonly cell: Cell;
  readonly seed: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string' },
      cell: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(USAGE);
  const chosen = cells().filter(({ name }) => name.includes(values.cell));
  if (chosen.length === 0) throw new Error(`no cell is called like "${values.cell}"; --list names them all`);
  if (values.list) return say(chosen.map(({ name }) => name).join('\n'));
  const seed = whole('seed', values.seed);
  const reports = await play(turns(chosen, seed, whole('rounds', values.rounds ?? String(chosen.length))));
  say(summary(reports));
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

/** The matrix as often as needed, each time with the next seed, in an order of that seed. */
function turns(chosen: readonly Cell[], seed: number, rounds: number): Turn[] {
  const passes = Array.from({ length: Math.ceil(rounds / chosen.length) }, (_none, pass) => seed + pass);
  return passes.flatMap((each) => new Random(String(each)).shuffled(chosen).map((cell) => ({ cell, seed: each }))).slice(0, rounds);
}

/** Rounds of one and of two replicas side by side. */
async function play(all: readonly Turn[]): Promise<RoundReport[]> {
  await startTestServer();
  try {
    const lanes = [1, 2].map((replicas) => playLane(all.filter(({ cell }) => cell.replicas === replicas), replicas));
    return (await Promise.all(lanes)).flat();
  } finally {
    await stopTestServer();
  }
}

async function playLane(own: readonly Turn[], replicas: number): Promise<RoundReport[]> {
  const reports: RoundReport[] = [];
  let stage: Stage | undefined;
  for (const { cell, seed } of own) {
    stage ??= await Stage.start(replicas);
    const report = await playRound(stage, cell, seed);
    reports.push(report);
    const isWell = report.violations.length === 0;
    say(`${isWell ? 'ok  ' : 'FAIL'} ${cell.name} ${report.client} ${((report.recoveryMs ?? Number.NaN) / 1000).toFixed(2)} s (${reports.length}/${own.length})`);
    if (isWell) continue;
    say(story(report, stage.gateways.flatMap(({ lines }) => lines)));
    // What one round broke must not show in the next.
    await stage.close();
    stage = undefined;
  }
  await stage?.close();
  return reports;
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`--${name} must be a whole number above 0, not "${text}"`);
}

function say(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
