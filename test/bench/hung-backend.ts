import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchClient, PLATFORM } from './bench-client.js';
import { Child } from './child.js';
import type { HangingOrder } from './hanging-broker-child.js';
import { pairsThroughGateway } from './pairs-through-gateway.js';
import { median } from './percentile.js';
import type { Load, LoadResult } from './raw-http-load.js';

const CONCURRENCY = 8;
const IDS = { service_id: 'hanging-service', plan_id: 'hanging-plan' };

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '200' }, seconds: { type: 'string', default: '3' }, rounds: { type: 'string', default: '5' } },
});
const calls = Math.min(Number(values.calls), 1_000);
const seconds = Math.min(Number(values.seconds), 10);
const rounds = Math.min(Number(values.rounds), 15);

const MEASURES = ['catalog p50', 'catalog p99', 'pairs p50', 'pairs p99'] as const;
type Measured = Record<(typeof MEASURES)[number], number>;

/** The gateway, a backend of it that can hang, and a client that measures how the others are served. */
class Stage {
  private open: Promise<unknown> = Promise.resolve();
  private ids: string[] = [];

  private constructor(
    private readonly port: number,
    private readonly gateway: Child,
    private readonly broker: Child,
    private readonly worker: Child,
    private readonly client: BenchClient,
  ) {}

  static async start(folder: string): Promise<Stage> {
    const [gateway, broker] = [Child.start('./gateway-child.js', [folder]), Child.start('./hanging-broker-child.js')];
    const [{ port }, { port: brokerPort }] = await Promise.all([gateway.next<{ port: number }>(), broker.next<{ port: number }>()]);
    const client = new BenchClient(port, calls + 1);
    const settings = { url: `http://127.0.0.1:${brokerPort}`, username: 'gateway', password: 'bench', maxConnections: calls };
    const body = { name: 'hanging', type: 'osb', settings, policy: { mostCalls: calls }, enabled: true };
    await client.ask('POST', '/admin/v1/backends', { status: 201, body });
    return new Stage(port, gateway, broker, Child.start('./load-worker.js'), client);
  }

  /** Resolves when the backend has that many calls, none of which it answers. */
  async hang(): Promise<void> {
    await this.order('hang');
    this.ids = Array.from({ length: calls }, () => `/v2/service_instances/${randomUUID()}`);
    const body = { ...IDS, organization_guid: 'o', space_guid: 's' };
    this.open = Promise.all(this.ids.map((path) => this.client.ask('PUT', path, { status: 201, body })));
    while ((await this.callsUnderWay()) < calls) await pause(20);
  }

  /** Lets all calls end well, and removes what they made. */
  async recover(): Promise<void> {
    await this.order('answer');
    await this.open;
    const query = new URLSearchParams(IDS).toString();
    await Promise.all(this.ids.map((path) => this.client.ask('DELETE', `${path}?${query}`, { status: 200 })));
  }

  async measure(forSeconds = seconds): Promise<Measured> {
    const request = `GET /v2/catalog HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines(PLATFORM)}\r\n\r\n`;
    const load: Load = { port: this.port, request, connections: CONCURRENCY, seconds: forSeconds };
    const { result, error } = await this.worker.ask<{ result?: LoadResult; error?: string }>(load);
    if (!result) throw new Error(error);
    const pairs = await pairsThroughGateway(this.port, CONCURRENCY, forSeconds);
    return { 'catalog p50': result.p50Ms, 'catalog p99': result.p99Ms, 'pairs p50': pairs.p50Ms, 'pairs p99': pairs.p99Ms };
  }

  async end(): Promise<void> {
    await this.client.close();
    await Promise.all([this.gateway.end(), this.broker.end(), this.worker.end()]);
  }

  private async order(order: HangingOrder): Promise<void> {
    await this.broker.ask({ order });
  }

  private async callsUnderWay(): Promise<number> {
    const text = await this.client.ask('GET', '/admin/v1/backends/hanging', { status: 200 });
    return (JSON.parse(text) as { calls: { callsUnderWay: number } }).calls.callsUnderWay;
  }
}

/** Each round measures without, with and without hanging calls: the two without tell how much two of the same differ. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'osb-gateway-bench-'));
  const stage = await Stage.start(folder);
  const measured: { without: Measured; hung: Measured; again: Measured }[] = [];
  try {
    await stage.measure(1);
    for (let round = 0; round < rounds; round += 1) {
      const without = await stage.measure();
      await stage.hang();
      const hung = await stage.measure();
      await stage.recover();
      measured.push({ without, hung, again: await stage.measure() });
    }
  } finally {
    await stage.end();
    await rm(folder, { recursive: true, force: true });
  }
  print(`${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; ${rounds} rounds of ${seconds} s, medians`);
  print(`a backend with ${calls} calls it does not answer; the catalog and pairs at another one, ${CONCURRENCY} at a time\n`);
  for (const measure of MEASURES) tell(measure, measured.map(({ without, hung, again }) => [without[measure], hung[measure], again[measure]]));
}

function tell(name: string, rows: readonly (readonly [without: number, hung: number, again: number])[]): void {
  const [without, hung, again] = [0, 1, 2].map((column) => median(rows.map((row) => row[column] as number)));
  const ratio = median(rows.map(([first, with_, second]) => (2 * with_) / (first + second)));
  const control = rows.map(([first, , second]) => second / first);
  const [least, most] = [Math.min(...control), Math.max(...control)];
  const verdict = ratio > most ? 'above' : ratio < least ? 'below' : 'within';
  print(`  ${name.padEnd(12)} without ${ms(without)}, with ${ms(hung)}, without again ${ms(again)}`);
  print(`  ${''.padEnd(12)} with/without ${ratio.toFixed(2)}; without/without ${median(control).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}): ${verdict} the control's spread`);
}

const ms = (value = 0): string => `${value.toFixed(2)} ms`;

const lines = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\r\n');

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
