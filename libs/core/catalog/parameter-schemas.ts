import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { BrokerError, type RawJson } from '#sdk';
import type { CheckTask, SchemaTask, Verdict } from './parameter-schema.worker.js';
import { draftOf, rulesBrokenBy, validatorCopyOf } from './schema-document.js';
import { SchemaLanes, type LanePlace } from './schema-lanes.js';
import { SchemaVerdicts } from './schema-verdicts.js';

/** How long the work on one schema may take. The first two count from its start, the last from the request. */
export interface SchemaLimits {
  /** For reading a schema; a valid one of 64 kB needs some 100 ms. */
  readonly compileTimeoutMs: number;
  /** For one set of parameters; nearly all need less than 1 ms. */
  readonly checkTimeoutMs: number;
  /** For waiting and work together; past it the gateway says that it is busy, and a thread still at work is ended. */
  readonly answerTimeoutMs: number;
}

const DEFAULT_LIMITS: SchemaLimits = { compileTimeoutMs: 1_000, checkTimeoutMs: 250, answerTimeoutMs: 15_000 };
/** Requests of one backend that may wait for a check. */
const MAX_WAITING = 100;
/** One for a schema that is read, two for parameters that are checked: no backend has more than one of either. */
const MAX_THREADS = 3;

/** Next to this file, in the same language. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WORKER_FILE = fileURLToPath(new URL(`./parameter-schema.worker.${EXTENSION}`, import.meta.url));

/** The schemas of one backend. */
export interface BackendSchemas {
  /**
   * What is wrong with a schema the backend wants to publish; empty when nothing is.
   *
   * @throws BrokerError `Unavailable` when the gateway is too busy to tell
   */
  problemsOf(schema: unknown): Promise<readonly string[]>;
  /**
   * What is wrong with a request's parameters, each with its JSON pointer and without any value; empty when nothing is.
   *
   * @throws BrokerError `Unavailable` when the gateway is too busy to tell
   */
  validate(schema: object, parameters: RawJson): Promise<readonly string[]>;
}

/**
 * Checks the JSON schemas of plans, and parameters against them, on worker threads: a `pattern` can keep a regular
 * expression busy for years, and a few nested `anyOf` a validator. The work is interrupted when its time is up. One
 * backend's parameters are checked one after the other, its schemas in turn; schemas are read one after the other, the
 * backends in turn. So no backend holds more than two threads of three, and none waits behind all the work of another.
 */
export class ParameterSchemas {
  private pool: Piscina<SchemaTask, Verdict> | undefined;
  private closed = false;
  private readonly prepared = new WeakMap<object, SchemaTask>();
  private readonly lanes = new SchemaLanes(MAX_WAITING);
  private readonly verdicts = new SchemaVerdicts();

  constructor(private readonly limits: SchemaLimits = DEFAULT_LIMITS) {}

  of(backendId: string): BackendSchemas {
    return {
      problemsOf: (schema) => this.problemsOf(backendId, schema),
      validate: (schema, parameters) => this.validate(backendId, schema, parameters),
    };
  }

  /** Ends the threads. Nothing can be checked any more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool?.destroy();
  }

  private async problemsOf(backendId: string, schema: unknown): Promise<readonly string[]> {
    const broken = rulesBrokenBy(schema);
    if (broken.length > 0) return broken;
    const task = this.prepare(schema as object);
    const known = this.verdicts.find(backendId, task.key);
    if (known) return known;
    const verdict = await this.run('inspect', { lane: 'inspections', asker: `backend ${backendId}` }, task);
    return this.verdicts.keep(backendId, task.key, verdict);
  }

  private async validate(backendId: string, schema: object, parameters: RawJson): Promise<readonly string[]> {
    const task: CheckTask = { ...this.prepare(schema), parameters: parameters.raw };
    const verdict = await this.run('check', { lane: `backend ${backendId}`, asker: task.key }, task);
    return verdict === 'too slow' ? ['the parameters could not be checked in time'] : verdict;
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

  private async run(name: 'inspect' | 'check', place: LanePlace, task: SchemaTask): Promise<Verdict> {
    const timeIsUp = new AbortController();
    const timer = setTimeout(() => timeIsUp.abort(), this.limits.answerTimeoutMs);
    const { signal } = timeIsUp;
    try {
      return await this.lanes.run(place, signal, () => this.threads().run(task, { name, signal }));
    } catch (error) {
      throw meaningOf(error);
    } finally {
      clearTimeout(timer);
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
    maxThreads: MAX_THREADS,
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
  // The time was up, too much waits, or the thread died: nothing is known of the parameters.
  if (name !== 'AbortError' && name !== 'LaneFullError' && code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  const description = 'the gateway is too busy to check the parameters; try again later';
  return new BrokerError('Unavailable', description, { retryAfterSeconds: 10 });
}
