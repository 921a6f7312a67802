import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { BrokerError, type RawJson } from '#sdk';
import { cloudFoundryObjection } from './cloud-foundry-schema.js';
import type { CheckTask, SchemaFindings, SchemaJobs, SchemaTask } from './parameter-schema.worker.js';
import { draftOf, faultOfJson, rulesBrokenBy, validatorCopyOf } from './schema-document.js';
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
   * Whether parameters can be checked against a schema the backend publishes, and whether Cloud Controller takes it.
   *
   * @throws BrokerError `Unavailable` when the gateway is too busy to tell
   */
  inspect(schema: object): Promise<SchemaFindings>;
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
  private pool: Piscina<SchemaTask, unknown> | undefined;
  private closed = false;
  private readonly prepared = new WeakMap<object, SchemaTask>();
  private readonly lanes = new SchemaLanes(MAX_WAITING);
  private readonly verdicts = new SchemaVerdicts();

  constructor(private readonly limits: SchemaLimits = DEFAULT_LIMITS) {}

  of(backendId: string): BackendSchemas {
    return {
      inspect: (schema) => this.inspect(backendId, schema),
      validate: (schema, parameters) => this.validate(backendId, schema, parameters),
    };
  }

  /** Ends the threads. Nothing can be checked any more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool?.destroy();
  }

  private async inspect(backendId: string, schema: object): Promise<SchemaFindings> {
    const fault = faultOfJson(schema);
    if (fault !== undefined) return { problems: [fault], cloudFoundryProblems: [fault] };
    const broken = rulesBrokenBy(schema);
    const objection = cloudFoundryObjection(schema);
    if (broken.length > 0 && objection !== undefined) return { problems: broken, cloudFoundryProblems: [objection] };
    const { problems, cloudFoundryProblems } = await this.read(backendId, this.prepare(schema));
    return {
      problems: broken.length > 0 ? broken : problems,
      cloudFoundryProblems: objection === undefined ? cloudFoundryProblems : [objection],
    };
  }

  private async read(backendId: string, task: SchemaTask): Promise<SchemaFindings> {
    const known = this.verdicts.find(backendId, task.key);
    if (known) return known;
    const place = { lane: 'inspections', asker: `backend ${backendId}` };
    return this.verdicts.keep(backendId, task.key, await this.run('inspect', place, task));
  }

  private async validate(backendId: string, schema: object, parameters: RawJson): Promise<readonly string[]> {
    const task: CheckTask = { ...this.prepare(schema), parameters: parameters.raw };
    const verdict = await this.run('check', { lane: `backend ${backendId}`, asker: task.key }, task);
    return verdict === 'too slow' ? ['the parameters could not be checked in time'] : verdict;
  }

  private prepare(schema: object): SchemaTask {
    const known = this.prepared.get(schema);
    if (known) return known;
    // Of another draft only what Cloud Controller says is asked for, and that is about draft-04.
    const draft = draftOf(schema) ?? 'draft-04';
    const published = JSON.stringify(schema);
    const key = createHash('sha256').update(draft).update(published).digest('base64');
    const task = { draft, schema: JSON.stringify(validatorCopyOf(schema)), published, key, ...this.limits };
    this.prepared.set(schema, task);
    return task;
  }

  private async run<J extends keyof SchemaJobs>(name: J, place: LanePlace, task: SchemaTask): Promise<SchemaJobs[J]> {
    const timeIsUp = new AbortController();
    const timer = setTimeout(() => timeIsUp.abort(), this.limits.answerTimeoutMs);
    const { signal } = timeIsUp;
    try {
      return await this.lanes.run(place, signal, async () => (await this.threads().run(task, { name, signal })) as SchemaJobs[J]);
    } catch (error) {
      throw meaningOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private threads(): Piscina<SchemaTask, unknown> {
    if (this.closed) throw new Error('the parameter schemas are closed');
    this.pool ??= startPool();
    return this.pool;
  }
}

function startPool(): Piscina<SchemaTask, unknown> {
  const pool = new Piscina<SchemaTask, unknown>({
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
