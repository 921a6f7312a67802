import { Injectable } from '@nestjs/common';
import { BrokerError, type PlatformRef } from '#sdk';
import { newOperationId, type OperationId } from '../ids/ids.js';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import type { ResourceName } from './lifecycle-store.js';

/** The port for creates and binds that were answered 202 and refused. They are kept as long as ended operations. */
export abstract class RefusedCreateStore {
  /** Another refusal under the same name keeps the operation of the first, and replaces its description. Says which it is. */
  abstract record(id: OperationId, name: ResourceName, description: string): Promise<OperationId>;
  /** The description of the refusal. */
  abstract find(id: OperationId, name: ResourceName): Promise<string | undefined>;
}

const REFUSALS: ReadonlySet<number> = new Set([400, 409, 422]);
const RETRY_AFTER_SECONDS = 1;

/**
 * A platform that throws the body of every error away is told why a create or bind was refused by an operation that has
 * failed (ADR 26). Nothing but that is recorded: what lives under the id is not touched.
 */
@Injectable()
export class RefusedCreates {
  constructor(private readonly store: RefusedCreateStore) {}

  /**
   * The operation to answer 202 with; undefined where the error is the answer.
   *
   * @throws BrokerError Unavailable in place of a ConcurrencyError, which such a platform would take for the end
   */
  async accept({ id: platformId, kind }: PlatformRef, name: Omit<ResourceName, 'platformId'>, error: BrokerError): Promise<OperationId | undefined> {
    if (PLATFORM_PROFILES[kind].refusedCreates !== 'failedOperation' || !REFUSALS.has(error.status)) return undefined;
    if (error.code === 'ConcurrencyError') {
      throw new BrokerError('Unavailable', error.description, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    return this.store.record(newOperationId(), { platformId, ...name }, error.description);
  }

  /** Why this operation has failed; undefined for all others. */
  async failureOf(kind: PlatformRef['kind'], name: ResourceName, operationId: OperationId): Promise<string | undefined> {
    if (PLATFORM_PROFILES[kind].refusedCreates !== 'failedOperation') return undefined;
    return this.store.find(operationId, name);
  }
}
