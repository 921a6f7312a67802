import { parseArgs } from 'node:util';
import { onTestServer, runCommand, say, whole } from '../faults/command.js';
import { FAMILIES } from './actions/families.js';
import { chosenFamilies, playAdversary } from './adversary.js';
import { describeViolation, summary } from './report.js';
import type { Violation } from './violations.js';

const USAGE = `Lets tenants attack a gateway's databases while others are served, and checks what must hold.

  npm run adversary -- [options]

  --seed <number>      where the random choices begin (1)
  --seconds <number>   how long it attacks, at most 600 (120)
  --attackers <number> how many tenants attack, at most 8 (3)
  --tenants <number>   how many are served meanwhile, at most 8 (2)
  --embedded           attack the gateway's own server for tenants, not one that its settings name
  --families <names>   only these kinds of actions, with commas between
  --list               name the families and their actions, and do nothing
  --help               this text`;

const LONGEST_SECONDS = 600;
const MOST_TENANTS = 8;
const LIMIT_MS = 60_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '120' },
      attackers: { type: 'string', default: '3' },
      tenants: { type: 'string', default: '2' },
      families: { type: 'string', default: '' },
      embedded: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(USAGE);
  if (values.list) return say(list());
  const families = values.families.split(',').filter((name) => name !== '');
  chosenFamilies(families);
  const options = {
    seed: whole('seed', values.seed),
    seconds: atMost('seconds', values.seconds, LONGEST_SECONDS),
    hostileTenants: atMost('attackers', values.attackers, MOST_TENANTS),
    tenants: atMost('tenants', values.tenants, MOST_TENANTS),
    embedded: values.embedded,
    families,
    limitMs: LIMIT_MS,
    signal: interrupted(),
    tell: (violation: Violation) => say(describeViolation(violation)),
  };
  const report = await onTestServer(() => playAdversary(options));
  say(summary(report));
  return report.violations.total > 0 ? 1 : 0;
}

/** Ends the attack, and removes what it made, where the command is told to stop. */
function interrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function atMost(name: string, text: string, most: number): number {
  const number = whole(name, text);
  if (number <= most) return number;
  throw new Error(`--${name} is at most ${most}, not ${number}`);
}

function list(): string {
  return FAMILIES.map(({ name, actions }) => `${name.padEnd(20)} ${Object.keys(actions).join(' ')}`).join('\n');
}

runCommand(main);
