import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { newOperationId, type OperationId } from '../ids/ids.js';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import type { Caller } from './caller.js';
import { LifecycleStore, type ResourceName } from './lifecycle-store.js';

export type DeleteAnswer =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'accepted'; readonly operationId: OperationId };

/** A platform that ends a delete only when a poll says 410 is answered 202 to each (ADR 26). */
@Injectable()
export class AcceptedDeletes {
  constructor(private readonly lifecycle: LifecycleStore) {}

  /** The answer to a delete as this kind of platform reads it. Without `accepts_incomplete` it is that of all others. */
  async answer(caller: Caller, name: Omit<ResourceName, 'platformId'>, execute: () => Promise<DeleteAnswer>): Promise<DeleteAnswer> {
    const { platform, acceptsIncomplete } = caller;
    if (PLATFORM_PROFILES[platform.kind].deletes !== 'accepted' || !acceptsIncomplete) return execute();
    const answer = await execute().catch((error: unknown) => {
      if (error instanceof BrokerError && error.code === 'Gone') return { kind: 'deleted' } as const;
      throw error;
    });
    if (answer.kind === 'accepted') return answer;
    return { kind: 'accepted', operationId: await this.deletionOf({ platformId: platform.id, ...name }) };
  }

  /** The delete of the name that has ended; of what was never there one that nothing is known of: its poll is 410 as well. */
  private async deletionOf(name: ResourceName): Promise<OperationId> {
    const operation = (await this.lifecycle.findOperation(name))?.operation;
    const wasDelete = operation?.kind === 'deprovision' || operation?.kind === 'unbind';
    return wasDelete ? operation.id : newOperationId();
  }
}
