import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { ExpressionData } from './cel.js';
import { ExpressionError } from './expression-error.js';
import type { RenderEnd, RenderTask } from './expressions.worker.js';
import { readTemplate } from './template-nodes.js';

/** How long and how large a result may become. */
export interface ExpressionLimits {
  /** For one template or expression, from when its turn comes. */
  readonly timeoutMs: number;
  /** For waiting and work together. */
  readonly answerTimeoutMs: number;
  readonly maxResultBytes: number;
}

const DEFAULT_LIMITS: ExpressionLimits = { timeoutMs: 250, answerTimeoutMs: 10_000, maxResultBytes: 1_048_576 };

/** Next to this file, in the same language. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WORKER_FILE = fileURLToPath(new URL(`./expressions.worker.${EXTENSION}`, import.meta.url));

/** A template: a tree of JSON values whose strings hold expressions. */
export interface Template {
  /**
   * The tree with each expression replaced by its result.
   *
   * @throws ExpressionError when an expression has no result, or the result takes too long or is too large
   */
  render(data: ExpressionData): Promise<unknown>;
}

/** An expression. */
export interface Expression {
  /** @throws ExpressionError when it has no result, or that takes too long or is too large */
  evaluate(data: ExpressionData): Promise<unknown>;
}

/**
 * Expressions in CEL over JSON values, for backends that are declared: which data is read is a tenant's choice, so the work
 * is done on a thread and ended when its time is up. Results are data: what a tenant sends never becomes an expression or a
 * piece of a document's text.
 */
export class Expressions {
  private pool: Piscina<RenderTask, RenderEnd> | undefined;
  private closed = false;
  private readonly limits: ExpressionLimits;

  constructor(limits: Partial<ExpressionLimits> = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /**
   * Reads a template: `${...}` in its strings are expressions. A string that is nothing else becomes the result, of whatever
   * type; null leaves the member or item out. `$${` stands for `${`.
   *
   * @throws ExpressionError naming the place as a JSON pointer
   */
  template(tree: unknown): Template {
    readTemplate(tree);
    const key = randomUUID();
    const { timeoutMs, maxResultBytes } = this.limits;
    return { render: (data) => this.render({ key, tree, data, timeoutMs, maxResultBytes }) };
  }

  /** @throws ExpressionError when the text is no CEL expression */
  expression(text: string): Expression {
    const template = this.template(`\${${text}}`);
    return { evaluate: (data) => template.render(data) };
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool?.destroy();
  }

  private async render(task: RenderTask): Promise<unknown> {
    const end = await this.run(task);
    if ('problem' in end) throw new ExpressionError(end.problem, { cause: new Error(end.cause) });
    return JSON.parse(end.json) as unknown;
  }

  private async run(task: RenderTask): Promise<RenderEnd> {
    if (this.closed) throw new Error('the expressions are closed');
    this.pool ??= startPool();
    const signal = AbortSignal.timeout(this.limits.answerTimeoutMs);
    try {
      return await this.pool.run(task, { signal });
    } catch (error) {
      const { name, code } = error as { name?: string; code?: string };
      if (name === 'AbortError') throw new ExpressionError(`there is no result within ${this.limits.answerTimeoutMs} ms`);
      if (code === 'ERR_WORKER_OUT_OF_MEMORY') throw new ExpressionError('the result takes more memory than it may');
      throw error;
    }
  }
}

function startPool(): Piscina<RenderTask, RenderEnd> {
  const pool = new Piscina<RenderTask, RenderEnd>({
    filename: WORKER_FILE,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 30_000,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
    env: {},
    argv: [],
    execArgv: [],
  });
  // A thread that dies is replaced by the pool; without a listener the event would end the process.
  pool.on('error', () => {});
  return pool;
}
