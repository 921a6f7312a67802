import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { BackendRegistry } from '../backends/backend-registry.js';
import type { Instance } from '../instances/instance.js';
import type { Caller } from '../operations/caller.js';
import { LifecycleStore, type LifecycleTransaction } from '../operations/lifecycle-store.js';

const TRY_AGAIN_MS = 100;

/**
 * Binds and unbinds of one instance run side by side where the backend declares it; elsewhere they take turns, and a
 * request waits for its turn within its budget.
 */
@Injectable()
export class BindingTurn {
  constructor(
    private readonly registry: BackendRegistry,
    private readonly lifecycle: LifecycleStore,
  ) {}

  runsSideBySide({ backendId }: Instance): boolean {
    return this.registry.capabilitiesOf(backendId).parallelBindings === true;
  }

  async take<T>({ deadline }: Caller, reserve: (transaction: LifecycleTransaction) => Promise<T | 'wait'>): Promise<T> {
    for (;;) {
      const reserved = await this.lifecycle.transaction(reserve);
      if (reserved !== 'wait') return reserved;
      if (Date.now() + TRY_AGAIN_MS > deadline.getTime()) {
        throw new BrokerError('ConcurrencyError', 'other bindings of this instance are in progress; try again when they have ended');
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}
