import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DatabaseUnavailable } from '../database-unavailable.js';
import { newIncarnation } from '../ids/ids.js';
import type { Instance } from '../instances/instance.js';
import type { Binding } from '../bindings/binding.js';
import { Journal } from '../journal/journal.js';
import { optional } from '../optional.js';
import type { CleanUp, Task } from './lifecycle-store.js';
import { cleanUpOf } from './settlements.js';
import { Timings } from './timings.js';

/** What a late create may have made, in the shape in which it is removed: as a create that failed. */
export interface LateCreate {
  readonly task: Task;
  readonly instance: Instance;
  readonly binding?: Binding;
  readonly cleanUp: CleanUp;
}

/** `removing`: it has an owner now, which is removed. `look again`: a delete that may have come too early is under way. */
export type LateOutcome = 'nothing owed' | 'removing' | 'look again';

/** The port for it. One transaction. */
export abstract class LateCreateStore {
  /**
   * Owes a clean-up for what a create may have made that this process no longer held. Nothing is owed where it belongs to
   * something living; and where that is being deleted, the delete is repeated after the call's length.
   */
  abstract owe(late: LateCreate): Promise<LateOutcome>;
}

const LOOK_AGAIN_MS = 500;

/**
 * The sweep behind decision 12. A process that stood still in the middle of a create, or whose backend took far longer
 * than it may, can learn that its operation was ended and what it made was deleted, before the backend made it. Nobody
 * else would ever look for that.
 */
@Injectable()
export class LateCreates {
  constructor(
    private readonly store: LateCreateStore,
    private readonly timings: Timings,
    private readonly journal: Journal,
  ) {}

  /** To be asked when the call of a create ended after its time. */
  async sweep(task: Task): Promise<void> {
    const late = lateCreate(task, this.timings.cleanUpMs);
    for (;;) {
      const outcome = await this.owe(late);
      if (outcome === 'removing') this.journal.warn('what a late call made has no owner and is removed', fields(late));
      if (outcome !== 'look again') return;
      await pause(LOOK_AGAIN_MS);
    }
  }

  private async owe(late: LateCreate): Promise<LateOutcome> {
    try {
      return await this.store.owe(late);
    } catch (error) {
      if (error instanceof DatabaseUnavailable) return 'look again';
      throw error;
    }
  }
}

function lateCreate(task: Task, ceilingMs: number): LateCreate {
  const { binding } = task;
  const instance: Instance = binding ? task.instance : { ...bare(task.instance), incarnation: newIncarnation(), state: 'failed', backendState: {} };
  const own = binding && { ...bare(binding), incarnation: newIncarnation(), state: 'failed' as const, backendState: {} };
  const operation = {
    ...task.operation,
    instanceIncarnation: instance.incarnation,
    ...optional('bindingIncarnation', own?.incarnation),
  };
  const cleanUp = cleanUpOf({ ...task, operation, instance, ...optional('binding', own) }, { afterCall: true, ceilingMs });
  return { task, instance, ...optional('binding', own), cleanUp };
}

/** Without secrets: nothing of them is needed for removing it. */
function bare<T extends Instance | Binding>({ parameters: _parameters, context: _context, ...rest }: T): Omit<T, 'parameters' | 'context'> {
  return rest;
}

const fields = ({ cleanUp, instance, binding }: LateCreate): Record<string, unknown> => ({
  operation: cleanUp.operation.id,
  instance: instance.instanceId,
  ...optional('binding', binding?.bindingId),
});
