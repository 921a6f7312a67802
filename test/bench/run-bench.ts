import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '#persistence';
import { Child } from './child.js';
import { BarePg } from './pairs-on-bare-pg.js';
import { pairsThroughGateway } from './pairs-through-gateway.js';
import type { Memory } from './memory.js';
import { median } from './percentile.js';
import type { Load, LoadResult } from './raw-http-load.js';
import { startTimes, startTimesOfRecordAlone, type StartTimes } from './start-times.js';

const CONNECTIONS = 32;
const CONCURRENCY = 32;
const START_ROUNDS = 3;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3' }, rounds: { type: 'string', default: '5' } } });
const seconds = Math.min(Number(values.seconds), 10);
const rounds = Math.min(Number(values.rounds), 9);

/** Measures in alternating rounds, so that what else the machine does falls on both sides. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'osb-gateway-bench-'));
  await starts(folder);
  const gateway = Child.start('./gateway-child.js', [folder]);
  try {
    const { port } = await gateway.next<{ port: number }>();
    print(`\n${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; ${rounds} rounds of ${seconds} s, medians`);
    await catalog(port, folder);
    await pairs(port, folder);
  } finally {
    await gateway.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function starts(folder: string): Promise<void> {
  const alone: StartTimes[] = [];
  const both: StartTimes[] = [];
  for (let round = 0; round < START_ROUNDS; round += 1) {
    alone.push(await startTimesOfRecordAlone(join(folder, `record-${round}`)));
    both.push(await startTimes(join(folder, `both-${round}`)));
  }
  print(`start to first catalog, embedded PostgreSQL included; ${START_ROUNDS} rounds, medians`);
  printStarts('record alone', alone);
  printStarts('record and tenants', both);
}

function printStarts(name: string, measured: readonly StartTimes[]): void {
  const [first, warm] = (['firstSeconds', 'warmSeconds'] as const).map((key) => median(measured.map((each) => each[key])));
  print(`  ${name.padEnd(19)} empty folder ${first?.toFixed(2)} s  again ${warm?.toFixed(2)} s`);
  const last = measured.at(-1);
  print(`  ${' '.repeat(19)} gateway ${shown(last?.gateway)}  PostgreSQL ${shown(last?.servers)}`);
}

function shown(memory: Memory | undefined): string {
  if (memory === undefined) return 'memory not told by this system';
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  const proportional = memory.pssBytes === undefined ? '' : `, PSS ${mebibytes(memory.pssBytes)}`;
  return `${memory.processes} processes, RSS ${mebibytes(memory.rssBytes)}${proportional}`;
}

async function catalog(port: number, folder: string): Promise<void> {
  const headers = [
    'Host: 127.0.0.1',
    `Authorization: Basic ${Buffer.from('platform:bench').toString('base64')}`,
    'X-Broker-API-Version: 2.17',
  ];
  const request = `GET /v2/catalog HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`;
  const answer = await fetch(`http://127.0.0.1:${port}/v2/catalog`, { headers: Object.fromEntries(headers.slice(1).map(asPair)) });
  const bodyFile = join(folder, 'catalog.json');
  await writeFile(bodyFile, Buffer.from(await answer.arrayBuffer()));
  const etag = answer.headers.get('etag') ?? '';
  const conditional = request.replace('\r\n\r\n', `\r\nIf-None-Match: ${etag}\r\n\r\n`);

  const bare = Child.start('./bare-http-server.js', [bodyFile]);
  const worker = Child.start('./load-worker.js');
  const { port: barePort } = await bare.next<{ port: number }>();
  const load = async (to: Pick<Load, 'port' | 'request'>, forSeconds = seconds): Promise<LoadResult> => {
    const { result, error } = await worker.ask<{ result?: LoadResult; error?: string }>({ ...to, connections: CONNECTIONS, seconds: forSeconds });
    if (!result) throw new Error(error);
    return result;
  };
  await load({ port, request }, 1);
  const [limit, whole, unchanged]: LoadResult[][] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    limit?.push(await load({ port: barePort, request }));
    whole?.push(await load({ port, request }));
    unchanged?.push(await load({ port, request: conditional }));
  }
  await Promise.all([bare.end(), worker.end()]);
  const size = (await readFile(bodyFile)).length;
  print(`\nGET /v2/catalog, ${size} bytes, ${CONNECTIONS} connections`);
  row('bare node:http', limit ?? [], limit ?? []);
  row('gateway', whole ?? [], limit ?? []);
  row('gateway, 304', unchanged ?? [], limit ?? []);
}

async function pairs(port: number, folder: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: { info: ignore, warn: ignore } });
  const bare = new BarePg(server.url('postgres'), CONCURRENCY);
  await bare.prepare();
  await pairsThroughGateway(port, CONCURRENCY, 1);
  await bare.pairs(CONCURRENCY, 1);
  const [limit, through]: number[][] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    limit?.push(await bare.pairs(CONCURRENCY, seconds));
    through?.push((await pairsThroughGateway(port, CONCURRENCY, seconds)).pairsPerSecond);
  }
  await bare.end();
  await server.stop();
  const ratio = median((through ?? []).map((rate, round) => rate / (limit?.[round] ?? rate)));
  print(`\nprovision + deprovision, ${CONCURRENCY} at a time, fsync on`);
  print(`  bare pg, same transactions  ${Math.round(median(limit ?? []))} pairs/s  1.00`);
  print(`  gateway with the simulator  ${Math.round(median(through ?? []))} pairs/s  ${ratio.toFixed(2)}`);
}

function row(name: string, results: readonly LoadResult[], limit: readonly LoadResult[]): void {
  const ratio = median(results.map(({ requestsPerSecond }, round) => requestsPerSecond / (limit[round]?.requestsPerSecond ?? requestsPerSecond)));
  const [rate, p50, p99] = (['requestsPerSecond', 'p50Ms', 'p99Ms'] as const).map((key) => median(results.map((result) => result[key])));
  print(`  ${name.padEnd(16)} ${Math.round(rate ?? 0)} requests/s  p50 ${p50?.toFixed(2)} ms  p99 ${p99?.toFixed(2)} ms  ${ratio.toFixed(2)}`);
}

const asPair = (header: string): [string, string] => header.split(': ') as [string, string];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const ignore = (): void => undefined;

await main();
