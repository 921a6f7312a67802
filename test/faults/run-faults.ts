import { parseArgs } from 'node:util';
import { cells, type Cell } from './cells.js';
import { onTestServer, runCommand, say, whole } from './command.js';
import { Random } from './random.js';
import { lineOf, story, summary } from './reporting.js';
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
  const all = turns(chosen, seed, whole('rounds', values.rounds ?? String(chosen.length)));
  const reports = await onTestServer(() => play(all));
  say(summary(reports));
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

/** The matrix as often as needed, each time with the next seed, in an order of that seed. */
function turns(chosen: readonly Cell[], seed: number, rounds: number): Turn[] {
  const passes = Array.from({ length: Math.ceil(rounds / chosen.length) }, (_none, pass) => seed + pass);
  return passes.flatMap((each) => new Random(String(each)).shuffled(chosen).map((cell) => ({ cell, seed: each }))).slice(0, rounds);
}

/** Rounds of one and of two replicas side by side; who is through with its own helps the other. */
async function play(all: readonly Turn[]): Promise<RoundReport[]> {
  const [single, double] = [1, 2].map((replicas) => all.filter(({ cell }) => cell.replicas === replicas));
  const queues = [single ?? [], double ?? []] as const;
  const reports: RoundReport[] = [];
  const report = (each: RoundReport): void => {
    reports.push(each);
    say(`${lineOf(each)} (${reports.length}/${all.length})`);
  };
  await Promise.all([playLane(queues, report), playLane(queues.toReversed(), report)]);
  return reports;
}

async function playLane(queues: readonly Turn[][], report: (each: RoundReport) => void): Promise<void> {
  let stage: Stage | undefined;
  for (let turn = nextOf(queues); turn; turn = nextOf(queues)) {
    const { cell, seed } = turn;
    if (stage && stage.gateways.length !== cell.replicas) {
      await stage.close();
      stage = undefined;
    }
    stage ??= await Stage.start(cell.replicas);
    const played = await playRound(stage, cell, seed);
    report(played);
    if (played.violations.length === 0) continue;
    say(story(played, stage.gateways.flatMap(({ lines }) => lines)));
    // What one round broke must not show in the next.
    await stage.close();
    stage = undefined;
  }
  await stage?.close();
}

const nextOf = (queues: readonly Turn[][]): Turn | undefined => queues.find(({ length }) => length > 0)?.shift();

runCommand(main);
