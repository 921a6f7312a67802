import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { Child } from './child.js';
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
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONCURRENCY });
    await register(pool, url);
    const before = await gateway.ask<Vitals>({});
    await open(pool, operations);
    await pause(intervalMs);
    const filled = await gateway.ask<Vitals>({});
    const fromMs = Date.now();
    await pause(intervalMs * intervals);
    const after = await gateway.ask<Vitals>({});
    const polls = await broker.ask<Polls>({ fromMs, toMs: Date.now() } satisfies PollsWanted);
    tell(before, filled, after, polls);
    await pool.close();
  } finally {
    await gateway.end();
    await broker.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function register(pool: Pool, url: string): Promise<void> {
  const settings = { url, username: 'gateway', password: 'bench' };
  await ask(pool, 'POST', '/admin/v1/backends', 'admin', { name: 'polled', type: 'osb', settings, enabled: true }, 201);
}

async function open(pool: Pool, count: number): Promise<void> {
  const started = performance.now();
  let left = count;
  const parameters = { simulate: { async: { outcome: 'never', retryAfterMs: intervalMs } } };
  const body = { service_id: 'polled-service', plan_id: 'polled-async', organization_guid: 'o', space_guid: 's', parameters };
  const strand = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await ask(pool, 'PUT', `/v2/service_instances/${randomUUID()}?accepts_incomplete=true`, 'platform', body, 202);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, strand));
  print(`${count} operations opened in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

async function ask(pool: Pool, method: 'POST' | 'PUT', path: string, user: string, body: object, status: number): Promise<void> {
  const headers = {
    authorization: `Basic ${Buffer.from(`${user}:bench`).toString('base64')}`,
    'x-broker-api-version': '2.17',
    'content-type': 'application/json',
  };
  const answer = await pool.request({ method, path, headers, body: JSON.stringify(body) });
  const text = await answer.body.text();
  if (answer.statusCode !== status) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
}

function tell(before: Vitals, filled: Vitals, after: Vitals, { count, pausesMs }: Polls): void {
  const sorted = pausesMs.toSorted((a, b) => a - b);
  const at = (share: number): string => seconds(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  const limitMs = intervalMs * IN_TIME;
  const inTime = sorted.filter((each) => each <= limitMs).length / sorted.length;
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
