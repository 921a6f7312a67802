import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Timings } from '#core';
import type { BenchMessage, Fault, GatewayMessage, GatewayOrder } from './fault.js';

const LINES_KEPT = 400;
/** Most of a start is compiling what was compiled for the last one. */
const COMPILED = join(tmpdir(), 'osb-gateway-bench-compiled');
const HERE = import.meta.dirname;
/** The built main, also for tests that run from the sources. */
const MAIN = join(HERE.includes(`${sep}dist${sep}`) ? HERE : join(HERE, '../../dist/test/faults'), 'gateway-main.js');

/** One replica: a child process that can be armed, killed, stopped and started again on the same database. */
export class GatewayUnderTest {
  /** What it logged, over all its lives; the last lines only. */
  readonly lines: string[] = [];
  /** Every armed fault that has struck, over all its lives. */
  readonly strikes: Fault[] = [];
  /** What is different from the durations of the bench, from the next start on. */
  timings: Partial<Timings> = {};
  private child: ChildProcess | undefined;
  private address: string | undefined;
  /** The end of its present life. */
  private exited: Promise<unknown> = Promise.resolve();
  private readonly waiting = new Map<GatewayMessage['kind'], (message: GatewayMessage) => void>();
  private struck = Promise.withResolvers<Fault>();

  private constructor(
    readonly name: string,
    private readonly databaseUrl: string,
    private readonly dataDir: string,
  ) {}

  static async start(name: string, databaseUrl: string): Promise<GatewayUnderTest> {
    const gateway = new GatewayUnderTest(name, databaseUrl, await mkdtemp(join(tmpdir(), 'osb-gateway-bench-')));
    await gateway.restart();
    return gateway;
  }

  /** Where it listens; undefined while it is dead. */
  get url(): string | undefined {
    return this.address;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process again. Resolves when it listens. */
  async restart(): Promise<void> {
    const { databaseUrl, dataDir, timings } = this;
    const order = JSON.stringify({ databaseUrl, dataDir, timings } satisfies GatewayOrder);
    const env = { NODE_COMPILE_CACHE: COMPILED };
    const child = fork(MAIN, [order], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    this.child = child;
    child.on('message', (message: GatewayMessage) => this.hear(message));
    this.keepLines(child.stdout);
    this.keepLines(child.stderr);
    this.exited = new Promise((resolve) => child.once('exit', resolve));
    void this.exited.then(() => (this.address = undefined));
    this.address = await this.listening();
  }

  /** Arms these faults and no others; resolves when it has. */
  async arm(faults: readonly Fault[]): Promise<void> {
    if (!this.child?.connected) return;
    this.struck = Promise.withResolvers();
    const armed = this.heard('armed');
    this.child.send({ kind: 'arm', faults } satisfies BenchMessage);
    await Promise.race([armed, this.exited]);
  }

  /** Resolves when an armed fault strikes. */
  get fault(): Promise<Fault> {
    return this.struck.promise;
  }

  /** Resolves when the process is gone, however that came about. */
  async gone(): Promise<void> {
    await this.exited;
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.gone();
  }

  /** Tells it to stop; gives the code it ends with, or null where it was killed. */
  async terminate(): Promise<number | null> {
    this.child?.kill('SIGTERM');
    await this.gone();
    return this.child?.exitCode ?? null;
  }

  /** Wakes a process that was stopped. What is held goes on first, before it can notice how late it is. */
  wake(): void {
    this.child?.send({ kind: 'let go' } satisfies BenchMessage);
    this.child?.kill('SIGCONT');
  }

  /** Ends it for good. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async listening(): Promise<string> {
    const gone = this.exited.then(() => {
      throw new Error(`the gateway ${this.name} did not start: ${this.lines.slice(-20).join('\n')}`);
    });
    const message = await Promise.race([this.heard('listening'), gone]);
    gone.catch(() => undefined);
    return (message as Extract<GatewayMessage, { kind: 'listening' }>).url;
  }

  private heard(kind: GatewayMessage['kind']): Promise<GatewayMessage> {
    return new Promise((resolve) => this.waiting.set(kind, resolve));
  }

  private hear(message: GatewayMessage): void {
    if (message.kind === 'struck') {
      this.strikes.push(message.fault);
      this.struck.resolve(message.fault);
    }
    this.waiting.get(message.kind)?.(message);
  }

  private keepLines(stream: Readable | null): void {
    if (!stream) return;
    createInterface(stream).on('line', (line) => {
      if (this.lines.push(`${this.name} ${line}`) > LINES_KEPT) this.lines.shift();
    });
  }
}
