import { parseArgs } from 'node:util';
import { runCommand, say, whole } from './command.js';
import { playOutage, type OutageReport } from './outage.js';

const USAGE = `Kills Postgres under a stream of operations and checks what is left.

  npm run faults:failover -- [options]

  --restart           start the killed server again instead of promoting its synchronous standby
  --rounds <number>   how many times (5)
  --replicas <number> how many gateways (2)
  --lanes <number>    how many platforms ask side by side (8)
  --changes <number>  how many changes before each kill, and after it (150)
  --refusals <number> how many requests are refused before there is a server again (300)
  --seed <number>     where the random choices begin (1)
  --help              this text`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      restart: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      replicas: { type: 'string', default: '2' },
      lanes: { type: 'string', default: '8' },
      changes: { type: 'string', default: '150' },
      refusals: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(USAGE);
  const how = values.restart ? 'restart' : 'failover';
  const { rounds, seed, ...counts } = {
    rounds: whole('rounds', values.rounds),
    seed: whole('seed', values.seed),
    replicas: whole('replicas', values.replicas),
    lanes: whole('lanes', values.lanes),
    changes: whole('changes', values.changes),
    refusals: whole('refusals', values.refusals),
  };
  const reports: OutageReport[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const report = await playOutage({ how, seed: seed + round, ...counts });
    reports.push(report);
    say(lineOf(report));
    for (const sentence of report.violations) say(`  ! ${sentence}`);
  }
  say(summary(reports, how));
  return reports.some(({ violations, ended }) => violations.length > 0 || ended > 0) ? 1 : 0;
}

function lineOf({ awayMs, untilServedMs, requests, answers, violations, ended }: OutageReport): string {
  const told = Object.entries(answers).map(([answer, count]) => `${count}x ${answer}`).join(', ');
  const ok = violations.length === 0 && ended === 0;
  return `${ok ? 'ok  ' : 'FAIL'} away ${seconds(awayMs)} s, first change ${seconds(untilServedMs)} s later; ${requests} requests, from the kill on ${told}`;
}

function summary(reports: readonly OutageReport[], how: string): string {
  const longest = (read: (report: OutageReport) => number): string => seconds(Math.max(...reports.map(read)));
  return [
    `rounds         ${reports.length} of ${how}`,
    `requests       ${reports.reduce((sum, { requests }) => sum + requests, 0)}`,
    `violations     ${reports.reduce((sum, { violations }) => sum + violations.length, 0)}`,
    `gateways ended ${reports.reduce((sum, { ended }) => sum + ended, 0)}`,
    `longest away   ${longest(({ awayMs }) => awayMs)} s`,
    `first change   at most ${longest(({ untilServedMs }) => untilServedMs)} s after the new server took changes`,
  ].join('\n');
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

runCommand(main);
