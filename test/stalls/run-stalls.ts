import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOSTILE_CASES, type HostileCase } from './hostile-cases.js';
import { HostileStage } from './stage.js';

const GOAL_MS = 50;
/** A machine that is slower than those of the goal must not fail; the command does where something has no limit. */
const MOST_MS = 250;
const LISTED = 15;
const ROUNDS = 2;
const LOGINS = { platform: { username: 'platform', password: 'stalls' }, admin: { username: 'admin', password: 'stalls' } };

interface Measured {
  readonly name: string;
  readonly stallMs: number;
  readonly problem?: string;
}

/** Sends everything hostile to a gateway in a process of its own, and prints how long its event loop stood still. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'osb-gateway-stalls-'));
  const gateway = fork(fileURLToPath(new URL('./gateway-child.js', import.meta.url)), [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const { url } = await next<{ url: string }>(gateway);
    const stage = await HostileStage.start(url, LOGINS);
    const rounds: Measured[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const each of HOSTILE_CASES) rounds.push(await measured(gateway, stage, each));
    }
    await stage.stop();
    report(rounds);
  } finally {
    if (gateway.exitCode === null) {
      gateway.kill('SIGTERM');
      await once(gateway, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  }
}

async function measured(gateway: ChildProcess, stage: HostileStage, { name, status, run }: HostileCase): Promise<Measured> {
  await stallOf(gateway);
  const answer = await run(stage);
  const stallMs = await stallOf(gateway);
  const isExpected = status === 0 ? answer.status < 500 : answer.status === status;
  return isExpected ? { name, stallMs } : { name, stallMs, problem: `answered ${answer.status}: ${answer.text.slice(0, 200)}` };
}

async function stallOf(gateway: ChildProcess): Promise<number> {
  gateway.send({});
  return (await next<{ stallMs: number }>(gateway)).stallMs;
}

async function next<T>(gateway: ChildProcess): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const ended = (): void => reject(new Error('the gateway has ended'));
  gateway.once('exit', ended);
  gateway.once('message', resolve);
  return promise.finally(() => gateway.off('exit', ended));
}

/** Of each case the round that stalled less: the first one also compiles, and garbage of others is collected in any. */
function report(rounds: readonly Measured[]): void {
  const least = new Map<string, Measured>();
  for (const each of rounds) if (each.stallMs < (least.get(each.name)?.stallMs ?? Infinity)) least.set(each.name, each);
  const cases = [...least.values()].toSorted((a, b) => b.stallMs - a.stallMs);
  const longest = cases[0]?.stallMs ?? 0;
  print(`${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; processor time of the event loop between two turns`);
  for (const { name, stallMs } of cases.slice(0, LISTED)) print(`  ${stallMs.toFixed(0).padStart(5)} ms  ${name}`);
  print(`Longest stall of ${cases.length} hostile inputs: ${longest.toFixed(0)} ms (${cases[0]?.name}); goal ${GOAL_MS} ms.`);
  print(`Longest of any round, code that is compiled and garbage of others included: ${Math.max(...rounds.map(({ stallMs }) => stallMs)).toFixed(0)} ms.`);
  const problems = rounds.filter(({ problem }) => problem !== undefined);
  for (const { name, problem } of problems) print(`  ${name} was not answered as it should be: ${problem}`);
  if (longest > MOST_MS || problems.length > 0) process.exitCode = 1;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
