import { BrokerError } from '../broker-error.js';
import type { Call, InstanceRef, PollRequest, StateSlot } from '../call.js';
import { accepted, done, type LastOperation, type Outcome } from '../outcome.js';
import { StepLedger, type StepRecord } from './step-ledger.js';
import { isBusy, isFinal, walkBackward, walkForward, type Walked } from './step-walk.js';
import type { Step, StepResults } from './step.js';

const MAX_NAME_CHARACTERS = 64;

/** A poll with what was asked. */
export type StepsPoll<R> = InstanceRef & PollRequest & { readonly asked?: R };

/**
 * Work in several steps that survives a kill between and inside any two of them. What is begun and what is done is committed
 * in the slot before anything follows from it: a step whose result is recorded is never called again, and the one that was
 * interrupted is called again under its key.
 *
 * Within a call the steps go on one after the other, until one waits or three quarters of the time are over. Then the work
 * is accepted, and goes on at each poll; the step's name is shown as progress.
 *
 * A create that fails stays as it is: the gateway sends the delete, which undoes it. An update that fails undoes itself.
 *
 * @throws Error when two steps have one name, or a name is empty or too long
 */
export function steps<R extends InstanceRef>(sequence: readonly Step<R>[]): Steps<R> {
  return new Steps(sequence);
}

/** What {@link steps} makes. `slot` is `call.state` for an instance and `call.bindingState` for a binding. */
export class Steps<R extends InstanceRef> {
  constructor(private readonly sequence: readonly Step<R>[]) {
    const names = sequence.map(({ name }) => name);
    const bad = names.find((name) => name === '' || name.length > MAX_NAME_CHARACTERS);
    if (bad !== undefined) throw new Error(`the name of a step has 1 to ${MAX_NAME_CHARACTERS} characters: "${bad}"`);
    if (new Set(names).size < names.length) throw new Error('two steps have the same name');
  }

  /** What the steps of the create gave that are done: for fetches. */
  results(slot: StateSlot): StepResults {
    return new StepLedger(slot, 'create').record?.results ?? {};
  }

  /**
   * For `provision` and `bind`.
   *
   * @throws BrokerError Conflict when another operation made what is recorded; what a step threw, as a failure where earlier
   *   steps are done
   */
  async create(request: R, call: Call, slot: StateSlot): Promise<Outcome<StepResults>> {
    const ledger = new StepLedger(slot, 'create');
    const known = ledger.record;
    if (known && known.operationId !== idOf(call)) throw new BrokerError('Conflict', 'There is one of this id already.');
    try {
      return this.outcomeOf(await walkForward(this.sequence, ledger, known ?? fresh(call), request, call), ledger);
    } catch (error) {
      if (!(error instanceof BrokerError) || error.mayHaveActed) throw error;
      // A refusal promises that nothing was changed.
      if (known !== undefined || ledger.record?.done.length !== 0) return later(error);
      await ledger.clear();
      throw error;
    }
  }

  /**
   * For `update`.
   *
   * @throws BrokerError what a step threw, when all is undone
   */
  async update(request: R, call: Call, slot: StateSlot): Promise<Outcome<StepResults>> {
    const ledger = new StepLedger(slot, 'update');
    const known = ledger.record?.operationId === idOf(call) ? ledger.record : fresh(call);
    try {
      const end = await this.updateOn(ledger, known, request, call);
      if (end.kind === 'failed') throw new BrokerError('BackendFailed', end.failure);
      return this.outcomeOf(end, ledger);
    } catch (error) {
      if (!(error instanceof BrokerError) || !isBusy(error) || ledger.record?.done.length === 0) throw error;
      return later(error);
    }
  }

  /**
   * For `deprovision` and `unbind`: undoes the steps of the create, the last one first.
   *
   * @throws BrokerError Gone when there is nothing to undo; ConcurrencyError while a step may be at work
   */
  async remove(request: InstanceRef, call: Call, slot: StateSlot): Promise<Outcome<void>> {
    const ledger = new StepLedger(slot, 'create');
    const known = ledger.record;
    if (!known) throw new BrokerError('Gone', 'There is none of this id.');
    if ((known.untilMs ?? 0) > Date.now()) throw new BrokerError('ConcurrencyError', 'A step is at work; it is undone when it has ended.');
    const walked = await walkBackward(this.sequence, ledger, await ledger.put({ ...known, direction: 'backward' }), request, call);
    if (walked.kind !== 'done') return accepted(pauseOf(walked));
    await ledger.clear();
    return done(undefined);
  }

  /** For the polls of all of them: goes on with the work. */
  async poll(request: StepsPoll<R>, call: Call, slot: StateSlot): Promise<LastOperation> {
    const ledger = new StepLedger(slot, request.kind === 'update' ? 'update' : 'create');
    const known = ledger.record;
    if (!known) return { kind: 'gone' };
    if (request.kind === 'update') return this.pollUpdate(ledger, known, askedOf(request), call);
    if (known.direction === 'backward') {
      const walked = await walkBackward(this.sequence, ledger, known, request, call);
      if (walked.kind !== 'done') return inProgress(walked);
      await ledger.clear();
      return { kind: 'gone' };
    }
    try {
      const walked = await walkForward(this.sequence, ledger, known, askedOf(request), call);
      return walked.kind === 'done' ? { kind: 'succeeded' } : inProgress(walked);
    } catch (error) {
      if (!isFinal(error)) throw error;
      return { kind: 'failed', description: error.description };
    }
  }

  private async pollUpdate(ledger: StepLedger, known: StepRecord, request: R, call: Call): Promise<LastOperation> {
    const end = await this.updateOn(ledger, known, request, call);
    if (end.kind === 'failed') return { kind: 'failed', description: end.failure, instanceUsable: true };
    return end.kind === 'done' ? { kind: 'succeeded' } : inProgress(end);
  }

  /** Forward, and from the first failure on backward. */
  private async updateOn(ledger: StepLedger, known: StepRecord, request: R, call: Call): Promise<Walked | { readonly kind: 'failed'; readonly failure: string }> {
    let record = known;
    if (record.direction === 'forward') {
      try {
        return await walkForward(this.sequence, ledger, record, request, call);
      } catch (error) {
        if (!isFinal(error)) throw error;
        record = await ledger.put({ ...(ledger.record ?? record), direction: 'backward', failure: error.description });
      }
    }
    const walked = await walkBackward(this.sequence, ledger, record, request, call);
    return walked.kind === 'done' ? { kind: 'failed', failure: record.failure ?? 'the update failed' } : walked;
  }

  private outcomeOf(walked: Walked, ledger: StepLedger): Outcome<StepResults> {
    return walked.kind === 'done' ? done(ledger.record?.results ?? {}) : accepted(pauseOf(walked));
  }
}

const fresh = (call: Call): StepRecord => ({ operationId: idOf(call), direction: 'forward', done: [], results: {} });

function idOf({ operationId }: Call): string {
  if (operationId === undefined) throw new Error('steps need the operation id of their call');
  return operationId;
}

function askedOf<R>({ asked }: StepsPoll<R>): R {
  if (asked === undefined) throw new Error('the poll does not say what was asked');
  return asked;
}

/** Some steps are done: one that cannot be taken now goes on with a poll. Any other refusal is a failure, and is cleaned up. */
function later(error: BrokerError): Outcome<StepResults> {
  if (!isBusy(error)) throw new BrokerError('BackendFailed', error.description, {}, { cause: error });
  const { retryAfterSeconds } = error.details;
  return accepted(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1_000 });
}

const pauseOf = ({ retryAfterMs }: { readonly retryAfterMs?: number }): { retryAfterMs?: number } => (retryAfterMs === undefined ? {} : { retryAfterMs });

const inProgress = (walked: Exclude<Walked, { kind: 'done' }>): LastOperation => ({ kind: 'in progress', description: walked.description, ...pauseOf(walked) });
