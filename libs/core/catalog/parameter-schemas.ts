import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { BrokerError, type RawJson } from '#sdk';
import type { CheckTask, SchemaTask, Verdict } from './parameter-schema.worker.js';
import { draftOf, rulesBrokenBy, validatorCopyOf } from './schema-document.js';

/** How long the work on one schema may take. The first two count from its start, the last from the request. */
export interface SchemaLimits {
  /** For reading a schema; a valid one of 64 kB needs some 100 ms. */
  readonly compileTimeoutMs: number;
  /** For one set of parameters; nearly all need less than 1 ms. */
  readonly checkTimeoutMs: number;
  /** For waiting and work together; past it the gateway says that it is busy. */
  readonly answerTimeoutMs: number;
}

const DEFAULT_LIMITS: SchemaLimits = { compileTimeoutMs: 5_000, checkTimeoutMs: 250, answerTimeoutMs: 15_000 };
const MAX_REMEMBERED = 5_000;

/** Next to this file, in the same language. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WORKER_FILE = fileURLToPath(new URL(`./parameter-schema.worker.${EXTENSION}`, import.meta.url));

/**
 * Checks the JSON schemas of plans, and parameters against them, on worker threads: a `pattern` can keep a regular
 * expression busy for years, and a few nested `anyOf` a validator. The work is interrupted when its time is up. For one
 * schema it is done one after the other, so that a bad one holds at most one thread.
 */
export class ParameterSchemas {
  private pool: Piscina<SchemaTask, Verdict> | undefined;
  private closed = false;
  private readonly prepared = new WeakMap<object, SchemaTask>();
  private readonly lanes = new Map<string, Promise<unknown>>();
  private readonly remembered = new Map<string, readonly string[]>();

  constructor(private readonly limits: SchemaLimits = DEFAULT_LIMITS) {}

  /**
   * What is wrong with a schema a backend wants to publish; empty when nothing is.
   *
   * @throws BrokerError `Unavailable` when the gateway is too busy to tell
   */
  async problemsOf(schema: unknown): Promise<readonly string[]> {
    const broken = rulesBrokenBy(schema);
    if (broken.length > 0) return broken;
    const task = this.prepare(schema as object);
    const known = this.remembered.get(task.key);
    if (known) return known;
    const verdict = await this.run('inspect', task);
    // Not remembered: the machine may have been the slow one.
    if (verdict === 'too slow') return ['takes too long to read or to apply'];
    this.remember(task.key, verdict);
    return verdict;
  }

  /**
   * What is wrong with a request's parameters, each with its JSON pointer and without any value; empty when nothing is.
   *
   * @throws BrokerError `Unavailable` when the gateway is too busy to tell
   */
  async validate(schema: object, parameters: RawJson): Promise<readonly string[]> {
    const task: CheckTask = { ...this.prepare(schema), parameters: parameters.raw };
    const verdict = await this.run('check', task);
    return verdict === 'too slow' ? ['the parameters could not be checked in time'] : verdict;
  }

  /** Ends the threads. Nothing can be checked any more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool?.destroy();
  }

  private prepare(schema: object): SchemaTask {
    const known = this.prepared.get(schema);
    if (known) return known;
    const draft = draftOf(schema);
    if (draft === undefined) throw new TypeError('a schema without a known "$schema" was never published');
    const text = JSON.stringify(validatorCopyOf(schema));
    const key = createHash('sha256').update(draft).update(text).digest('base64');
    const task = { draft, schema: text, key, ...this.limits };
    this.prepared.set(schema, task);
    return task;
  }

  private remember(key: string, problems: readonly string[]): void {
    const [oldest] = this.remembered.keys();
    if (oldest !== undefined && this.remembered.size >= MAX_REMEMBERED) this.remembered.delete(oldest);
    this.remembered.set(key, problems);
  }

  private async run(name: 'inspect' | 'check', task: SchemaTask): Promise<Verdict> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), this.limits.answerTimeoutMs);
    try {
      return await this.inLane(task.key, () => this.threads().run(task, { name, signal: patience.signal }));
    } catch (error) {
      throw meaningOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** One after the other for each key, whatever becomes of the one before. */
  private async inLane<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.lanes.get(key) ?? Promise.resolve()).then(work, work);
    this.lanes.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.lanes.get(key) === mine) this.lanes.delete(key);
    }
  }

  private threads(): Piscina<SchemaTask, Verdict> {
    if (this.closed) throw new Error('the parameter schemas are closed');
    this.pool ??= startPool();
    return this.pool;
  }
}

function startPool(): Piscina<SchemaTask, Verdict> {
  const pool = new Piscina<SchemaTask, Verdict>({
    filename: WORKER_FILE,
    minThreads: 1,
    maxThreads: 2,
    idleTimeout: 30_000,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
    // The threads run code made from schemas of others: they get nothing to read.
    env: {},
    argv: [],
    execArgv: [],
  });
  // A thread that dies between two tasks is replaced by the pool; without a listener the event would end the process.
  pool.on('error', () => {});
  return pool;
}

function meaningOf(error: unknown): unknown {
  const { name, code } = error as { name?: string; code?: string };
  // Out of patience, or the thread died: nothing is known of the parameters.
  if (name !== 'AbortError' && code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  const description = 'the gateway is too busy to check the parameters; try again later';
  return new BrokerError('Unavailable', description, { retryAfterSeconds: 10 });
}
