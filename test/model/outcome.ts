import { heard, operationAt, type State } from './state.js';

/** What may come of a request: the answer, and what is so then. */
export interface Outcome {
  /** Of the answer at once, or of the answer after the success of what it waits for. */
  readonly status: number;
  /** The error word, or the state a poll tells. */
  readonly word?: string;
  /** The operation a 202 tells, by its place in the next state. */
  readonly operation?: number;
  /** Answered when this operation has ended. */
  readonly waitsFor?: number;
  /** What a fetch tells. */
  readonly shows?: { readonly plan?: string; readonly a?: number };
  readonly next: State;
}

export type Refusal = readonly [status: number, word: string];

export const BAD: Refusal = [400, 'BadRequest'];
export const NOT_FOUND: Refusal = [404, 'NotFound'];
export const CONFLICT: Refusal = [409, 'Conflict'];
export const GONE: Refusal = [410, 'Gone'];
export const BUSY: Refusal = [422, 'ConcurrencyError'];
export const FAILED: Refusal = [502, 'BackendFailed'];

/** One of these, and nothing changes. */
export const refusals = (state: State, ...allowed: readonly Refusal[]): Outcome[] =>
  allowed.map(([status, word]) => ({ status, word, next: state }));

export const busy = (state: State): Outcome[] => refusals(state, BUSY);

/** The answer to whoever began the operation. */
export function started(next: State, index: number, patient: boolean): Outcome[] {
  const { held, verb } = operationAt(next, index);
  if (patient && held) return [{ status: 202, operation: index, next }];
  return [{ status: verb === 'create' ? 201 : 200, waitsFor: index, next }];
}

/** The answer to whoever was not told yet how its create failed, and comes again. */
export const failedBefore = (state: State, index: number, patient: boolean): Outcome[] =>
  patient ? [{ status: 202, operation: index, next: state }] : refusals(heard(state, index), FAILED);

/** The answer to whoever asks for the same once more. */
export const joined = (next: State, index: number, patient: boolean): Outcome[] =>
  patient ? [{ status: 202, operation: index, next }] : [{ status: 200, waitsFor: index, next }];
