import { BrokerError } from '../broker-error.js';
import type { Call, InstanceRef } from '../call.js';
import type { Step, StepOutcome, StepWaiting } from './step.js';
import type { StepLedger, StepRecord } from './step-ledger.js';

/** All is done, or where it stands. */
export type Walked = { readonly kind: 'done' } | (StepWaiting & { readonly description: string });

/** The part of a call's time in which steps are begun; what is left is for the one that is at work then. */
const BEGINNING = 0.75;

/** Does the steps that are not done, one after the other, each committed before the next. */
export async function walkForward<R extends InstanceRef>(sequence: readonly Step<R>[], ledger: StepLedger, first: StepRecord, request: R, call: Call): Promise<Walked> {
  const isTime = timeOf(call);
  let record = first;
  for (const [index, step] of sequence.entries()) {
    if (record.done.includes(step.name)) continue;
    if (!isTime()) return { kind: 'waiting', description: progress(sequence, index) };
    record = await ledger.put({ ...record, begun: step.name, untilMs: call.deadline.getTime() });
    const outcome = await ended(ledger, record, () => step.do({ request, call, results: record.results, key: `${record.operationId}:${step.name}` }));
    if (outcome.kind === 'waiting') return { ...outcome, description: progress(sequence, index, outcome.description) };
    record = await ledger.put(doneIn(record, step.name, outcome.result));
  }
  return { kind: 'done' };
}

/** Undoes what was begun and done, the last one first. */
export async function walkBackward<R extends InstanceRef>(
  sequence: readonly Step<R>[],
  ledger: StepLedger,
  first: StepRecord,
  request: InstanceRef,
  call: Call,
): Promise<Walked> {
  const isTime = timeOf(call);
  let record = first;
  for (let name = lastOf(record); name !== undefined; name = lastOf(record)) {
    const index = sequence.findIndex((each) => each.name === name);
    if (index === -1) throw new Error(`the step "${name}" was begun and is no longer known: it cannot be undone`);
    const description = `undoing ${progress(sequence, index)}`;
    if (!isTime()) return { kind: 'waiting', description };
    const key = `${call.operationId ?? record.operationId}:undo:${name}`;
    const outcome = (await sequence[index]?.undo?.({ request, call, results: record.results, key })) ?? { kind: 'done' };
    if (outcome.kind === 'waiting') return { ...outcome, description };
    record = await ledger.put(undoneIn(record, name));
  }
  return { kind: 'done' };
}

/** That it is at work no longer is committed as well: whoever undoes it need not wait for it. */
async function ended(ledger: StepLedger, record: StepRecord, work: () => Promise<StepOutcome>): Promise<StepOutcome> {
  const { untilMs: _over, ...idle } = record;
  try {
    const outcome = await work();
    if (outcome.kind === 'waiting') await ledger.put(idle);
    return outcome;
  } catch (error) {
    await ledger.put(idle);
    throw error;
  }
}

/** Whether there is time for one more; always for the first. */
function timeOf({ deadline }: Call): () => boolean {
  const untilMs = Date.now() + BEGINNING * (deadline.getTime() - Date.now());
  let isFirst = true;
  return () => {
    const isTime = isFirst || Date.now() < untilMs;
    isFirst = false;
    return isTime;
  };
}

function doneIn({ begun: _begun, untilMs: _over, ...record }: StepRecord, name: string, result: unknown): StepRecord {
  return { ...record, done: [...record.done, name], results: result === undefined ? record.results : { ...record.results, [name]: result } };
}

function undoneIn({ begun, untilMs: _over, ...record }: StepRecord, name: string): StepRecord {
  const results = Object.fromEntries(Object.entries(record.results).filter(([each]) => each !== name));
  const left = { ...record, done: record.done.filter((each) => each !== name), results };
  return begun === undefined || begun === name ? left : { ...left, begun };
}

const lastOf = ({ begun, done }: StepRecord): string | undefined => begun ?? done.at(-1);

function progress<R extends InstanceRef>(sequence: readonly Step<R>[], index: number, description?: string): string {
  const place = `${sequence[index]?.name} (${index + 1} of ${sequence.length})`;
  return description === undefined ? place : `${place}: ${description}`;
}

/** Surely not executed, and worth asking again. */
export const isBusy = (error: unknown): boolean => error instanceof BrokerError && (error.code === 'Unavailable' || error.code === 'ConcurrencyError');

/** Whether a step said what happened, for good. */
export const isFinal = (error: unknown): error is BrokerError => error instanceof BrokerError && !isBusy(error);
