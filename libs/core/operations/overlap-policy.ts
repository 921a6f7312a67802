import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { BackendRegistry } from '../backends/backend-registry.js';
import { turnEndsAt, type Caller } from './caller.js';
import { LifecycleStore, type InstanceView, type LifecycleTransaction } from './lifecycle-store.js';
import type { Operation } from './operation.js';

const TRY_AGAIN_MS = 100;

/**
 * Whether it keeps an update of the instance, or another binding of a serial backend, from being begun. What waits for its
 * next attempt does not, nor does orphan mitigation except while its call is under way. (That of release 0.1.0 is exclusive.)
 */
export function holdsInstance({ initiator, state, step, isCallOpen, exclusive }: Operation): boolean {
  if (initiator === 'gateway') return isCallOpen === true || exclusive;
  return state === 'queued' || step === 'poll' || isCallOpen === true || exclusive;
}

/** Which mutations of one instance may run side by side (I4, ADR 24), and the wait for those that may not. */
@Injectable()
export class OverlapPolicy {
  constructor(
    private readonly registry: BackendRegistry,
    private readonly lifecycle: LifecycleStore,
  ) {}

  /** Whether the backend works on one binding of an instance at a time. */
  isSerial(backendId: string): boolean {
    return this.registry.record(backendId)?.policy.parallelBindings === false;
  }

  serialBackends(): string[] {
    return this.registry.ids().filter((id) => this.isSerial(id));
  }

  /** Whether the call that is next has to wait for another one of the instance, or for its deprovision. */
  mustWait({ id, backendId }: Pick<Operation, 'id' | 'backendId'>): Promise<boolean> {
    return this.lifecycle.mustWait(id, this.isSerial(backendId));
  }

  /** Whether a bind or unbind has to wait for those of other bindings of its instance. */
  bindingMustWait({ instance, pending }: InstanceView): boolean {
    return this.isSerial(instance.backendId) && pending.some(holdsInstance);
  }

  /**
   * Tries to reserve an operation until nothing is in its way, for as long as the caller waits.
   *
   * @param reserve tells `wait` where something is
   * @throws BrokerError ConcurrencyError when the time has passed
   */
  async reserve<T>(
    caller: Pick<Caller, 'deadline' | 'platform'>,
    reserve: (transaction: LifecycleTransaction) => Promise<T | 'wait'>,
  ): Promise<T> {
    const end = turnEndsAt(caller);
    for (;;) {
      const reserved = await this.lifecycle.transaction(reserve);
      if (reserved !== 'wait') return reserved;
      if (Date.now() + TRY_AGAIN_MS > end.getTime()) {
        throw new BrokerError('ConcurrencyError', 'other bindings of this instance are in progress; try again when they have ended');
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}
