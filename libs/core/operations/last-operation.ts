import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { isOperationId } from '../ids/ids.js';
import { optional } from '../optional.js';
import type { Caller } from './caller.js';
import { LifecycleStore, type FoundOperation } from './lifecycle-store.js';
import { EarlierCreates } from './earlier-creates.js';
import { errorOf, lifeOf, type Operation } from './operation.js';

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
  ) {}

  /** @throws BrokerError NotFound for what never was here, Gone for what is deleted and is asked for without its operation */
  async execute(caller: Caller, query: LastOperationQuery): Promise<LastOperationAnswer> {
    if (query.operationId !== undefined && !isOperationId(query.operationId)) throw unknownOperation();
    const name = { platformId: caller.platform.id, ...query };
    const found = await this.lifecycle.findOperation(name);
    if (!found) throw unknownOperation();
    const answer = query.operationId === undefined ? newest(found) : named(found);
    const { operation } = found;
    if (operation && isFailedCreate(operation)) await this.earlier.heard(name, lifeOf(operation));
    return answer;
  }
}

const unknownOperation = (): BrokerError => new BrokerError('NotFound', 'there is no such operation');

/** What is deleted is gone, also a binding that went with its instance; only a create that failed stays one. */
function newest({ operation, state }: FoundOperation): LastOperationAnswer {
  const wasDelete = operation?.kind === 'deprovision' || operation?.kind === 'unbind';
  if (state === 'deleted' && (wasDelete || operation?.state !== 'failed')) throw new BrokerError('Gone', 'it has been deleted');
  return operation ? stateOf(operation) : { state: 'succeeded' };
}

function named({ operation }: FoundOperation): LastOperationAnswer {
  if (!operation) throw unknownOperation();
  return stateOf(operation);
}

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
