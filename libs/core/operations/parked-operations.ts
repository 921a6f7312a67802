import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import type { AuditEvent } from '../audit/audit-event.js';
import { operatorDid, type Operator } from '../audit/admin-event.js';
import type { OperationId } from '../ids/ids.js';
import { Inventory, type OperationLine } from '../inventory/inventory.js';
import { LifecycleStore } from './lifecycle-store.js';
import { OperationSignals } from './operation-signals.js';
import { givenUp } from './settlements.js';
import { Timings } from './timings.js';

/** Clean-ups the gateway has given up trying. The port; every method is one transaction. */
export abstract class ParkedOperationStore {
  /** Lets it be tried again at once, for as long as a new one. False where it is not parked. */
  abstract retry(id: OperationId, ceilingMs: number, audit: AuditEvent): Promise<boolean>;
  /** How many there are, by backend id. */
  abstract counts(): Promise<ReadonlyMap<string, number>>;
}

/** What operators decide about a clean-up that was given up. Told twice, each does what it did once. */
@Injectable()
export class ParkedOperations {
  constructor(
    private readonly store: ParkedOperationStore,
    private readonly lifecycle: LifecycleStore,
    private readonly inventory: Inventory,
    private readonly signals: OperationSignals,
    private readonly timings: Timings,
  ) {}

  /**
   * The backend is asked again, for as long as for a new clean-up.
   * @throws BrokerError NotFound, Conflict for an operation that has ended
   */
  async retry(operator: Operator, id: OperationId): Promise<OperationLine> {
    await this.store.retry(id, this.timings.cleanUpMs, operatorDid(operator, 'operation.retry', `operation ${id}`));
    const line = await this.find(id);
    if (line.state === 'running' || line.state === 'queued') return line;
    throw new BrokerError('Conflict', `operation ${id} has ended: it is ${line.state}`);
  }

  /**
   * What it should have removed is taken out of the books, and may still be at the backend.
   * @param reason for the audit trail, and for who asks about the operation
   * @throws BrokerError NotFound, Conflict for an operation that was never parked, is being tried again or succeeded
   */
  async giveUp(operator: Operator, id: OperationId, reason: string): Promise<OperationLine> {
    const audit = { ...operatorDid(operator, 'operation.give-up', `operation ${id}`), operationId: id, description: reason };
    await this.lifecycle.transaction(async (transaction) => {
      const task = await transaction.lockParked(id);
      if (task) await transaction.settle(givenUp(task, reason, audit));
    });
    this.signals.moved(id);
    const line = await this.find(id);
    // A clean-up fails in no other way.
    if (line.state === 'failed' && line.initiator === 'gateway') return line;
    if (line.parkedAt) throw new BrokerError('Unavailable', `operation ${id} could not be ended; try again`);
    throw new BrokerError('Conflict', `operation ${id} is not parked: it is ${line.state}`);
  }

  counts(): Promise<ReadonlyMap<string, number>> {
    return this.store.counts();
  }

  private async find(id: OperationId): Promise<OperationLine> {
    const { items } = await this.inventory.operations({ id }, { limit: 1 });
    const [line] = items;
    if (!line) throw new BrokerError('NotFound', `there is no operation ${id}`);
    return line;
  }
}
