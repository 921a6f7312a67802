import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchClient } from './bench-client.js';
import { Child } from './child.js';
import { percentile } from './percentile.js';
import type { Polls, PollsWanted } from './polled-broker.js';
import type { Vitals } from './vitals.js';

const CONCURRENCY = 32;
const IN_TIME = 1.2;

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '10000' },
    interval: { type: 'string', default: '10' },
    intervals: { type: 'string', default: '4' },
  },
});
const operations = Math.min(Number(values.operations), 50_000);
const intervalMs = Math.min(Number(values.interval), 60) * 1000;
const intervals = Math.min(Number(values.intervals), 10);

/** Keeps many asynchronous operations open, whose backend asks to be polled at an interval, and looks how it goes. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'osb-gateway-bench-'));
  const broker = Child.start('./polled-broker.js');
  const gateway = Child.start('./gateway-child.js', [folder]);
  try {
    const [{ url }, { port }] = await Promise.all([broker.next<{ url: string }>(), gateway.next<{ port: number }>()]);
    print(`${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
    const client = new BenchClient(port, CONCURRENCY);
    await register(client, url);
    const before = await gateway.ask<Vitals>({});
    await open(client, operations);
    await pause(intervalMs);
    const filled = await gateway.ask<Vitals>({});
    const fromMs = Date.now();
    await pause(intervalMs * intervals);
    const after = await gateway.ask<Vitals>({});
    const polls = await broker.ask<Polls>({ fromMs, toMs: Date.now() } satisfies PollsWanted);
    tell(before, filled, after, polls);
    await client.close();
  } finally {
    await gateway.end();
    await broker.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function register(client: BenchClient, url: string): Promise<void> {
  const settings = { url, username: 'gateway', password: 'bench' };
  await client.ask('POST', '/admin/v1/backends', { status: 201, body: { name: 'polled', type: 'osb', settings, enabled: true } });
}

async function open(client: BenchClient, count: number): Promise<void> {
  const started = performance.now();
  let left = count;
  const parameters = { simulate: { async: { outcome: 'never', retryAfterMs: intervalMs } } };
  const body = { service_id: 'polled-service', plan_id: 'polled-async', organization_guid: 'o', space_guid: 's', parameters };
  const strand = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await client.ask('PUT', `/v2/service_instances/${randomUUID()}?accepts_incomplete=true`, { status: 202, body });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, strand));
  print(`${count} operations opened in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

function tell(before: Vitals, filled: Vitals, after: Vitals, { count, pausesMs }: Polls): void {
  const at = (share: number): string => seconds(percentile(pausesMs, share));
  const limitMs = intervalMs * IN_TIME;
  const inTime = pausesMs.filter((each) => each <= limitMs).length / pausesMs.length;
  const { p50, p99, max } = after.loopDelayMs;
  print(`\n${operations} open operations, polled every ${seconds(intervalMs)}, for ${intervals} intervals`);
  print(`  polls per second     ${Math.round(count / ((intervalMs * intervals) / 1000))}`);
  print(`  poll to poll         p50 ${at(0.5)}  p99 ${at(0.99)}  longest ${at(1)}`);
  print(`  within ${seconds(limitMs)}        ${(inTime * 100).toFixed(2)} %`);
  print(`  event loop delay     p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  longest ${max.toFixed(0)} ms`);
  print(`  processor            ${(after.cpuShare * 100).toFixed(0)} % of a core`);
  print(`  memory (RSS)         ${mib(before)} before, ${mib(filled)} with all open, ${mib(after)} at the end`);
}

const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`;

const mib = ({ rssBytes }: Vitals): string => `${Math.round(rssBytes / 2 ** 20)} MiB`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
