import { Injectable } from '@nestjs/common';
import { BrokerError, type PlatformRef } from '#sdk';
import { isOperationId } from '../ids/ids.js';
import { optional } from '../optional.js';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import type { Caller } from './caller.js';
import { LifecycleStore, type FoundOperation } from './lifecycle-store.js';
import { EarlierCreates } from './earlier-creates.js';
import { errorOf, lifeOf, type Operation } from './operation.js';
import { RefusedCreates } from './refused-creates.js';

export interface LastOperationAnswer {
  readonly state: 'in progress' | 'succeeded' | 'failed';
  readonly description?: string;
  readonly instanceUsable?: boolean;
  readonly updateRepeatable?: boolean;
}

export interface LastOperationQuery {
  readonly instanceId: string;
  readonly bindingId?: string;
  readonly operationId?: string;
}

/** GET …/last_operation (OSB 2.17, Polling Last Operation). Answered from the record: the runner does the polling. */
@Injectable()
export class ReadLastOperation {
  constructor(
    private readonly lifecycle: LifecycleStore,
    private readonly earlier: EarlierCreates,
    private readonly refused: RefusedCreates,
  ) {}

  /** @throws BrokerError NotFound for what never was here, Gone for what is deleted and is asked for without its operation */
  async execute(caller: Caller, query: LastOperationQuery): Promise<LastOperationAnswer> {
    const { platform } = caller;
    const { operationId } = query;
    if (operationId !== undefined && !isOperationId(operationId)) throw unknownOperation(platform);
    const name = { platformId: platform.id, ...query };
    const refusal = operationId && (await this.refused.failureOf(platform.kind, name, operationId));
    if (refusal !== undefined) return { state: 'failed', description: refusal };
    const found = await this.lifecycle.findOperation(name);
    if (!found) throw unknownOperation(platform);
    const answer = operationId === undefined ? newest(found) : named(found, platform);
    const { operation } = found;
    if (operation && isFailedCreate(operation)) await this.earlier.heard(name, lifeOf(operation));
    return answer;
  }
}

/** Whether the end of a delete is for this platform only that the poll is answered 410 (ADR 26). */
const endsDeletesByPoll = ({ kind }: PlatformRef): boolean => PLATFORM_PROFILES[kind].deletes === 'accepted';

const unknownOperation = (platform: PlatformRef): BrokerError =>
  new BrokerError(endsDeletesByPoll(platform) ? 'Gone' : 'NotFound', 'there is no such operation');

/** What is deleted is gone, also a binding that went with its instance; only a create that failed stays one. */
function newest({ operation, state }: FoundOperation): LastOperationAnswer {
  const wasDelete = operation !== undefined && isDelete(operation);
  if (state === 'deleted' && (wasDelete || operation?.state !== 'failed')) throw deleted();
  return operation ? stateOf(operation) : { state: 'succeeded' };
}

function named({ operation }: FoundOperation, platform: PlatformRef): LastOperationAnswer {
  if (!operation) throw unknownOperation(platform);
  if (endsDeletesByPoll(platform) && isDelete(operation) && operation.state === 'succeeded') throw deleted();
  return stateOf(operation);
}

const deleted = (): BrokerError => new BrokerError('Gone', 'it has been deleted');

const isDelete = ({ kind }: Operation): boolean => kind === 'deprovision' || kind === 'unbind';

const isFailedCreate = ({ kind, state }: Operation): boolean => state === 'failed' && (kind === 'provision' || kind === 'bind');

function stateOf(operation: Operation): LastOperationAnswer {
  const said = optional('description', operation.description);
  if (operation.state === 'succeeded') return { state: 'succeeded', ...said };
  if (operation.state !== 'failed' || !operation.failure) return { state: 'in progress', ...said };
  const { description, details } = errorOf(operation.failure);
  return {
    state: 'failed',
    description,
    ...optional('instanceUsable', details.instanceUsable),
    ...optional('updateRepeatable', details.updateRepeatable),
  };
}
