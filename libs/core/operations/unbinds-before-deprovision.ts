import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { BackendRegistry } from '../backends/backend-registry.js';
import type { Binding } from '../bindings/binding.js';
import type { Incarnation, OperationId } from '../ids/ids.js';
import { Journal } from '../journal/journal.js';
import { optional } from '../optional.js';
import { LifecycleStore, type InstanceView, type Task } from './lifecycle-store.js';
import { sentNow } from './new-task.js';
import { OperationEnds } from './operation-ends.js';
import type { Operation } from './operation.js';
import { Reservations } from './reservations.js';
import { failure } from './settlements.js';
import { overtakes } from './task-facts.js';
import { Timings } from './timings.js';

/** A binding nobody has begun to remove. */
export type LeftBinding = Pick<Binding, 'bindingId' | 'incarnation'>;

/** An unbind of the gateway's own that has not ended. */
export interface UnbindUnderWay {
  readonly id: OperationId;
  readonly bindingId: string;
  /** How long ago it was begun. */
  readonly ageMs: number;
  /** Its call is under way, or was accepted; else it waits for being sent again. */
  readonly isAtWork: boolean;
}

/** The port for the bindings of an instance that is deprovisioned. */
export abstract class LeavingBindingStore {
  /** Bindings nobody has begun to remove; the first of them. */
  abstract left(instance: Incarnation, most: number): Promise<LeftBinding[]>;
  /** Binds that have not ended; the first of them. */
  abstract inFlight(instance: Incarnation, most: number): Promise<OperationId[]>;
  /** Unbinds of the gateway's own that have not ended; the first of them. */
  abstract underWay(instance: Incarnation, most: number): Promise<UnbindUnderWay[]>;
  /** Ids of bindings the gateway has removed since this deprovision was asked for; the first of them. */
  abstract removedFor(deprovision: OperationId, most: number): Promise<string[]>;
}

/** Carries an operation as far as it comes until then. */
type Advance = (task: Task, until: Date) => Promise<unknown>;

/** Of one instance at once. */
const SIDE_BY_SIDE = 32;
/** In one transaction, and looked up at once. */
const AT_ONCE = 100;
/** What is deleted waits no longer for what a bind may have left. */
const SWEEP_MS = 10_000;
/** Named in a report. */
const MOST_NAMED = 20;

/**
 * A deprovision leaves no credential behind: each binding that is left is sent an unbind of the gateway's own, side by side
 * and for 30 s together, and then the instance its deprovision, whatever came of them (ADR 27). Those that were not answered
 * go on until the deprovision has succeeded.
 */
@Injectable()
export class UnbindsBeforeDeprovision {
  constructor(
    private readonly store: LeavingBindingStore,
    private readonly registry: BackendRegistry,
    private readonly lifecycle: LifecycleStore,
    private readonly reservations: Reservations,
    private readonly ends: OperationEnds,
    private readonly timings: Timings,
    private readonly journal: Journal,
  ) {}

  /** Resolves when nothing is left to be unbound, or the time for it is over; with whether there was anything. */
  async send(task: Task, advance: Advance): Promise<boolean> {
    if (!this.areDue(task)) return false;
    const { incarnation } = task.instance;
    const until = new Date(Date.now() + this.timings.unbindsMs);
    let sent = 0;
    for (let left = await this.store.left(incarnation, AT_ONCE); left.length > 0 && Date.now() < until.getTime(); ) {
      const unbinds = await this.reserve(task, left);
      sent += unbinds.length;
      await sideBySide(unbinds, (unbind) => (Date.now() < until.getTime() ? advance(unbind, until) : Promise.resolve()));
      left = unbinds.length === 0 ? [] : await this.store.left(incarnation, AT_ONCE);
    }
    const underWay = await this.store.underWay(incarnation, AT_ONCE);
    for (const { id, ageMs, isAtWork } of underWay) {
      if (isAtWork && ageMs < this.timings.unbindsMs) await this.ends.awaited(id, new Date(Date.now() + this.timings.unbindsMs - ageMs));
    }
    return sent > 0 || underWay.length > 0;
  }

  /**
   * To be asked when the deprovision has succeeded at its backend, and before that is written. Binds that it has overtaken
   * end as failed, and what they may have made all the same is unbound.
   *
   * @returns how long a bind that was never answered may still make something, in ms: after that the delete is repeated
   */
  async sweep(task: Task, advance: Advance): Promise<number> {
    if (!overtakes(task)) return 0;
    const ids = await this.store.inFlight(task.instance.incarnation, AT_ONCE);
    const found = await Promise.all(ids.map((id) => this.lifecycle.findTask(id)));
    const unbinds = await this.overtake(task, found.filter((bind) => bind !== undefined));
    await sideBySide(unbinds, (unbind) => advance(unbind, new Date(Date.now() + SWEEP_MS)));
    return Math.max(0, ...unbinds.map(({ unquietForMs }) => unquietForMs));
  }

  /** What the end of this deprovision leaves unknown, to be told when it is written. */
  async unanswered(task: Task): Promise<readonly UnbindUnderWay[]> {
    if (!isOfPlatform(task) || this.registry.capabilitiesOf(task.operation.backendId).deprovisionRevokesBindings) return [];
    return this.store.underWay(task.instance.incarnation, MOST_NAMED);
  }

  /** Credentials that may have outlived their instance. */
  tellUnanswered(task: Task, unbinds: readonly UnbindUnderWay[]): void {
    if (unbinds.length === 0) return;
    const bindings = unbinds.map(({ bindingId }) => bindingId);
    this.journal.error('an instance was deprovisioned before its backend confirmed these unbinds; look whether their credentials are revoked', {
      ...fields(task),
      bindings,
    });
  }

  /** What an instance that lives on has lost by a deprovision that failed. */
  async tellRemoved(task: Task): Promise<void> {
    if (!isOfPlatform(task)) return;
    const bindings = await this.store.removedFor(task.operation.id, MOST_NAMED);
    if (bindings.length > 0) this.journal.error('a deprovision failed after these bindings of the instance were removed', { ...fields(task), bindings });
  }

  private areDue(task: Task): boolean {
    const { backendId, step } = task.operation;
    if (!isOfPlatform(task) || step !== 'send') return false;
    const isTurnedOff = this.registry.record(backendId)?.policy.unbindBeforeDeprovision === false;
    return !(isTurnedOff && this.registry.capabilitiesOf(backendId).deprovisionRevokesBindings);
  }

  private overtake({ operation, platform, instance }: Task, binds: readonly Task[]): Promise<Task[]> {
    const origin = optional('requestId', operation.requestId);
    return this.lifecycle.transaction(async (transaction) => {
      const tasks: Task[] = [];
      const view = binds.length === 0 ? undefined : await transaction.lockInstance(platform.id, instance.instanceId);
      if (!view || !isStillHeld(operation, view)) return [];
      for (const bind of binds) {
        const { cleanUp: _ours, ...settlement } = failure(bind, overtaken(), { afterCall: true, ceilingMs: 0 });
        if ((await transaction.settle({ ...settlement, by: 'anyone' })) === 'lost' || !bind.binding) continue;
        const binding = { ...bind.binding, state: 'failed' as const };
        const { reservation, task } = this.reservations.make({ kind: 'unbind', initiator: 'gateway', platform, instance, binding, origin, exclusive: false, state: 'running' });
        const { unquietForMs } = await transaction.insertOperation({ ...reservation, ceilingMs: this.timings.cleanUpMs });
        tasks.push(sentNow(task, unquietForMs));
      }
      return tasks;
    });
  }

  /** Of those that still are to be removed once the instance is locked. */
  private reserve({ operation, platform, instance }: Task, bindings: readonly LeftBinding[]): Promise<Task[]> {
    const origin = optional('requestId', operation.requestId);
    return this.lifecycle.transaction(async (transaction) => {
      const view = await transaction.lockInstance(platform.id, instance.instanceId);
      if (!view || !isStillHeld(operation, view)) return [];
      const busy = new Set(view.pending.map(({ bindingIncarnation }) => bindingIncarnation));
      const tasks: Task[] = [];
      for (const { bindingId, incarnation } of bindings) {
        const binding = await transaction.findBinding(view.instance, bindingId);
        if (binding?.incarnation !== incarnation || binding.state !== 'ready' || busy.has(incarnation)) continue;
        const { reservation, task } = this.reservations.make({ kind: 'unbind', initiator: 'gateway', platform, instance, binding, origin, exclusive: false, state: 'running' });
        const { unquietForMs } = await transaction.insertOperation({ ...reservation, ceilingMs: this.timings.cleanUpMs });
        tasks.push(sentNow(task, unquietForMs));
      }
      return tasks;
    });
  }
}

/** The rule for a bind that ends with its instance. */
const overtaken = (): BrokerError => new BrokerError('ConcurrencyError', 'the instance was deleted');

/** A process that stood still may find that the deprovision has ended, and that the bindings are others. */
const isStillHeld = ({ id, epoch }: Operation, { pending }: InstanceView): boolean =>
  pending.some((each) => each.id === id && each.epoch === epoch && each.state === 'running');

const isOfPlatform = ({ operation: { kind, initiator } }: Task): boolean => kind === 'deprovision' && initiator === 'platform';

const fields = ({ operation, instance }: Task): Record<string, unknown> => ({ operation: operation.id, instance: instance.instanceId });

async function sideBySide<T>(all: readonly T[], work: (each: T) => Promise<unknown>): Promise<void> {
  const queue = [...all];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
}
