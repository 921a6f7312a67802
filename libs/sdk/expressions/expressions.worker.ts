/**
 * Runs on a thread: what it computes with comes from tenants. It and what it imports use erasable syntax and name files as
 * they are, because the tests run them so.
 */
import { createContext, Script } from 'node:vm';
import type { ExpressionData } from './cel.ts';
import { ExpressionError } from './expression-error.ts';
import { readTemplate, type Render } from './template-nodes.ts';

/** A template, under a name for it, and what its expressions read. */
export interface RenderTask {
  readonly key: string;
  readonly tree: unknown;
  readonly data: ExpressionData;
  readonly timeoutMs: number;
  readonly maxResultBytes: number;
}

/** The result as JSON, or why there is none. */
export type RenderEnd = { readonly json: string } | { readonly problem: string; readonly cause: string };

const MAX_KEPT = 1_000;
const kept = new Map<string, Render>();

export default function render(task: RenderTask): RenderEnd {
  try {
    const json = within(task.timeoutMs, () => JSON.stringify(renderOf(task)(task.data)));
    const sizeBytes = Buffer.byteLength(json);
    if (sizeBytes <= task.maxResultBytes) return { json };
    return { problem: `the result has ${sizeBytes} bytes; at most ${task.maxResultBytes} are allowed`, cause: '' };
  } catch (error) {
    if (error instanceof ExpressionError) return { problem: error.message, cause: error.cause instanceof Error ? error.cause.message : '' };
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return { problem: `there is no result within ${task.timeoutMs} ms`, cause: '' };
  }
}

const SANDBOX: { work?: () => string } = {};
const RUN = new Script('work()');
createContext(SANDBOX);

/** Interrupts what takes longer. */
function within(timeoutMs: number, work: () => string): string {
  SANDBOX.work = work;
  return RUN.runInContext(SANDBOX, { timeout: timeoutMs }) as string;
}

function renderOf({ key, tree }: RenderTask): Render {
  const known = kept.get(key);
  if (known) return known;
  const read = readTemplate(tree);
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(key, read);
  return read;
}
