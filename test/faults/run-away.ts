import { parseArgs } from 'node:util';
import { playAway } from './away.js';
import { runCommand, say } from './command.js';

const USAGE = `Takes a gateway's Postgres away and asks it every second for what must go on.

  npm run faults:away -- [options]

  --minutes <number>  how long it is away (10)
  --help              this text`;

const ROUND_MS = 1_000;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, help: { type: 'boolean', default: false } } });
  if (values.help) return say(USAGE);
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 60)) throw new Error(`--minutes must be above 0 and at most 60, not "${values.minutes}"`);
  const { asked, wrong, awaySeconds, logLines, residentBytes, untilServedMs } = await playAway({
    rounds: Math.ceil((minutes * 60_000) / ROUND_MS),
    pauseMs: ROUND_MS,
  });
  const wrongs = Object.entries(wrong);
  say(
    [
      `away        ${awaySeconds.toFixed(0)} s`,
      `asked       ${asked}`,
      `right       ${asked - wrongs.reduce((sum, [, count]) => sum + count, 0)}`,
      ...wrongs.map(([what, count]) => `  wrong     ${count}x ${what}`),
      `log lines   ${logLines.length}, without those of single requests`,
      ...logLines.map((line) => `  ${shortened(line)}`),
      `memory      ${mebibytes(residentBytes.atStart)} at the start, ${mebibytes(residentBytes.atEnd)} at the end`,
      `first change ${(untilServedMs / 1000).toFixed(2)} s after the database was back`,
    ].join('\n'),
  );
  return wrongs.length === 0 ? 0 : 1;
}

const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MiB`;

function shortened(line: string): string {
  const { level, msg, reason, awaySeconds } = JSON.parse(line) as Record<string, string | number>;
  return [level, msg, reason, awaySeconds].flatMap((part) => (part === undefined ? [] : [String(part)])).join('  ');
}

runCommand(main);
