import { parseArgs } from 'node:util';
import { onTestServer, runCommand, say } from '../command.js';
import { lostEpilogue, lostSummary, victimStory } from './lost-reporting.js';
import { playLost } from './play-lost.js';

const USAGE = `Loses answers of backends and of the database after the work was done, and checks what is left.

  npm run faults:lost -- [options]

  --seed <number>         where the random choices begin (1)
  --operations <number>   how many operations platforms ask for (10000)
  --rate <percent>        of how many requests and rounds the answer is lost (1)
  --help                  this text`;

const STORIES_TOLD = 5;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      operations: { type: 'string', default: '10000' },
      rate: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(USAGE);
  const operations = positive('operations', values.operations);
  const order = { seed: positive('seed', values.seed), operations, rate: positive('rate', values.rate) / 100 };
  const report = await onTestServer(() => playLost({ ...order, onProgress: (asked) => say(`${asked} of ${operations} operations`) }));
  const { victims, notEnded } = report;
  for (const victim of victims.slice(0, STORIES_TOLD)) say(victimStory(victim));
  const isWell = victims.length === 0 && notEnded === 0;
  if (!isWell) say(lostEpilogue(report));
  say(lostSummary(report));
  return isWell ? 0 : 1;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new Error(`--${name} must be a number above 0, not "${text}"`);
}

runCommand(main);
