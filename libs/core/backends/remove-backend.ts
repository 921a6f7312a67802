import { Injectable } from '@nestjs/common';
import { BrokerError } from '#sdk';
import { operatorDid, type Operator } from '../audit/admin-event.js';
import { CatalogKeeper } from '../catalog/catalog-keeper.js';
import { BackendRegistry } from './backend-registry.js';
import { BackendStore } from './backend-store.js';
import type { Backend } from './backend.js';
import { viewOf } from './register-backend.js';

/** Removes a backend that has no instances. What it offered becomes free for others. */
@Injectable()
export class RemoveBackend {
  constructor(
    private readonly backends: BackendStore,
    private readonly registry: BackendRegistry,
    private readonly keeper: CatalogKeeper,
  ) {}

  /** @throws BrokerError Conflict while instances of it exist */
  async execute(operator: Operator, backend: Backend): Promise<void> {
    const audit = operatorDid(operator, 'backend.remove', `backend ${backend.name}`, { before: viewOf(backend) });
    const removed = await this.backends.remove(backend.id, audit);
    if (removed !== 'removed') {
      const { instances } = removed;
      const text = `backend "${backend.name}" still has ${instances} instance(s); deprovision them first, or disable it`;
      throw new BrokerError('Conflict', text);
    }
    await this.registry.remove(backend.id);
    await this.keeper.rebuild();
  }
}
