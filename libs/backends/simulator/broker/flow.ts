import {
  BrokerError,
  canonicalJson,
  type Call,
  type LastOperation,
  type OperationKind,
  type Outcome,
  type RawJson,
  type ServiceBackend,
  type StateSlot,
} from '#sdk';
import { pause } from '../faults.js';
import { jsonAnswer, type Answer } from './answer.js';
import { acceptsIncomplete, type OsbRequest } from './osb-request.js';
import type { OperationRecord, Phase, Records, Tracked } from './records.js';
import { withoutUndefined } from '../without-undefined.js';

/** What a broker works with. */
export interface Workshop {
  readonly backend: ServiceBackend;
  readonly records: Records;
  /** Fires when the broker closes. */
  readonly signal: AbortSignal;
}

export interface Change<T> {
  readonly kind: OperationKind;
  readonly phase: Phase;
  readonly identity: string;
  readonly planId: string;
  send(): Promise<Outcome<T>>;
  /** Takes over the result of a change that was done at once. */
  finish(result: T): void;
  /** Asks the backend how the operation stands, and takes over its end. */
  look(): Promise<unknown>;
}

const LONGEST_OPERATION = 10_000;
const CALL_TIME_MS = 3_600_000;
const LOOK_EVERY_MS = 50;

/** Carries out a change of an instance or binding. Resolves when it is done, or accepted where the caller allows it. */
export async function carryOut<T>(
  { records }: Workshop,
  tracked: Tracked,
  request: OsbRequest,
  change: Change<T>,
): Promise<Outcome<T>> {
  const before = tracked.phase;
  tracked.phase = change.phase;
  records.save();
  const outcome = await change.send().catch((error: unknown) => {
    tracked.phase = before;
    records.save();
    throw error;
  });
  records.putAway(tracked, request.instanceId, 'bindingId' in tracked ? request.bindingId : undefined);
  if (outcome.kind === 'done') {
    tracked.phase = 'ready';
    change.finish(outcome.result);
    records.save();
    return outcome;
  }
  const { kind, identity, planId } = change;
  const { pollToken } = outcome;
  tracked.phase = change.phase;
  tracked.operation = withoutUndefined({ kind, identity, planId, before, pollToken, state: 'in progress' as const });
  records.save();
  if (!acceptsIncomplete(request)) await waitForEnd(tracked, change);
  return outcome;
}

/** The backend accepted, but the caller wants the end: it gets it, however long that takes. */
async function waitForEnd<T>(tracked: Tracked, change: Change<T>): Promise<void> {
  while (tracked.operation?.state === 'in progress') {
    await pause(LOOK_EVERY_MS);
    await change.look();
  }
  if (tracked.operation?.state !== 'failed') return;
  throw new BrokerError('InternalError', tracked.operation.description ?? 'The operation failed.');
}

export function isRunning(tracked: Tracked): tracked is Tracked & { operation: OperationRecord } {
  return tracked.operation?.state === 'in progress';
}

/** @throws BrokerError ConcurrencyError while anything is going on */
export function demandIdle(tracked: Tracked): void {
  if (!['creating', 'updating', 'deleting'].includes(tracked.phase)) return;
  throw new BrokerError('ConcurrencyError', 'Another operation is in progress; try again when it has ended.');
}

/** 202 for a request sent again while its operation runs. */
export function acceptedAgain(
  operation: OperationRecord,
  request: OsbRequest,
  members: Record<string, unknown> = {},
): Answer {
  if (acceptsIncomplete(request)) return jsonAnswer(202, { operation: operationWord(operation), ...members });
  throw new BrokerError('AsyncRequired', 'This operation needs accepts_incomplete=true.');
}

/** The poll token as the platform sees it: left out where it is too long for the wire. */
export function operationWord({ pollToken }: { readonly pollToken?: string }): string | undefined {
  return pollToken === '' || (pollToken?.length ?? 0) > LONGEST_OPERATION ? undefined : pollToken;
}

/** The answer to a poll. */
export function lastOperationAnswer({ kind, state, ...operation }: OperationRecord, told?: LastOperation): Answer {
  const { description = operation.description, retryAfterMs } = told?.kind === 'in progress' ? told : {};
  const members = { state, description };
  const headers = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
  if (state !== 'failed' || (kind !== 'update' && kind !== 'deprovision')) return jsonAnswer(200, members, {}, headers);
  const { instanceUsable, updateRepeatable } = operation;
  const repeatable = kind === 'update' ? { update_repeatable: updateRepeatable } : {};
  return jsonAnswer(200, { ...members, instance_usable: instanceUsable, ...repeatable }, {}, headers);
}

/** Writes the end of an operation down. */
export function recordEnd(operation: OperationRecord, end: LastOperation): void {
  operation.state = end.kind === 'succeeded' ? 'succeeded' : 'failed';
  if (end.kind === 'gone') return;
  Object.assign(operation, withoutUndefined({ description: end.description }));
  if (end.kind !== 'failed') return;
  const { instanceUsable, updateRepeatable } = end;
  Object.assign(operation, withoutUndefined({ instanceUsable, updateRepeatable }));
}

/** One text for all spellings of the same attributes; absent parameters equal empty ones. */
export function identityOf(attributes: readonly unknown[], parameters: RawJson | undefined): string {
  return canonicalJson(`[${JSON.stringify(attributes)},${parameters?.raw ?? '{}'}]`);
}

/** The call that carries a request to the backend; reads have no operation id. */
export function callFor(
  request: OsbRequest,
  workshop: Workshop,
  state: StateSlot,
  operationId?: string,
): Call {
  const identity = request.headers['x-broker-api-originating-identity'];
  const requestIdentity = request.headers['x-broker-api-request-identity'];
  return withoutUndefined({
    operationId,
    signal: workshop.signal,
    deadline: new Date(Date.now() + CALL_TIME_MS),
    platform: { id: 'broker', name: 'broker', kind: 'other' as const },
    originatingIdentity: identity === undefined ? undefined : String(identity),
    requestIdentity: requestIdentity === undefined ? undefined : String(requestIdentity),
    state,
    acceptsIncomplete: acceptsIncomplete(request),
  });
}
