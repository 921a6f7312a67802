import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { DatabaseUnavailable } from '../database-unavailable.js';
import type { Incarnation, OperationId } from '../ids/ids.js';
import { within } from '../within.js';
import { hungUp, turnEndsAt, type Caller } from './caller.js';
import type { ResourceName } from './lifecycle-store.js';
import { OperationEnds } from './operation-ends.js';
import { errorOf, lifeOf, type Operation } from './operation.js';
import { Timings } from './timings.js';

/** An answer that is known does not wait longer for a note about it. */
const HEARD_MS = 1_000;

/** The port for creates that failed, and whose platform was not told yet. */
export abstract class UnheardFailureStore {
  /** The create of this name that failed so. */
  abstract find(name: ResourceName): Promise<Operation | undefined>;
  /** The platform was told, or does not want to know any more: of this life, or of any of the name. */
  abstract hear(name: ResourceName, life?: Incarnation): Promise<void>;
}

/** What a create meets that was sent before it under the same id, and failed (ADR 15). */
@Injectable()
export class EarlierCreates {
  constructor(
    private readonly failures: UnheardFailureStore,
    private readonly ends: OperationEnds,
    private readonly timings: Timings,
  ) {}

  /**
   * A platform that was told 202 and comes again is told how that ended before anything new begins: the operation to be
   * accepted with once more, or nothing.
   *
   * @throws BrokerError the failure itself, where the platform takes no 202
   */
  async unheard({ acceptsIncomplete }: Pick<Caller, 'acceptsIncomplete'>, name: ResourceName): Promise<OperationId | undefined> {
    const operation = await this.failures.find(name);
    if (!operation?.failure) return undefined;
    if (acceptsIncomplete) return operation.id;
    await this.heard(name, lifeOf(operation));
    throw errorOf(operation.failure);
  }

  /**
   * The platform knows of the failure of this life, or of any of the name, or does not want to know. Where that can't be
   * written now, it will be told once more.
   */
  async heard(name: ResourceName, life?: Incarnation): Promise<void> {
    const writing = this.failures.hear(name, life).catch((error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) throw error;
    });
    await within(HEARD_MS, writing);
  }

  /**
   * Waits a while until what an earlier one left is removed. Says whether the id is free then.
   *
   * @throws BrokerError ConcurrencyError where nobody removes it any more: the delete that its platform asked for failed;
   *   and where its platform asked for that meanwhile: what is made now would outlive a delete that came later
   */
  async removed(caller: Pick<Caller, 'deadline' | 'platform' | 'hasHungUp'>, cleanUp: Operation | undefined): Promise<boolean> {
    if (!cleanUp) throw new BrokerError('ConcurrencyError', 'what an earlier create of this id left could not be deleted; delete it again first');
    const until = Math.min(turnEndsAt(caller).getTime(), Date.now() + this.timings.cleanUpTurnMs);
    const ended = await this.ends.awaited(cleanUp.id, new Date(until));
    if (ended && ended.operation.requestId !== cleanUp.requestId) throw new BrokerError('ConcurrencyError', 'this id was deleted meanwhile; try again');
    if (caller.hasHungUp()) throw hungUp();
    return ended !== undefined;
  }
}
