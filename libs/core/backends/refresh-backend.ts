import { Injectable } from '@nestjs/common';
import { operatorDid, type Operator } from '../audit/admin-event.js';
import { AuditTrail } from '../audit/audit-event.js';
import { Catalog } from '../catalog/catalog.js';
import { CatalogKeeper } from '../catalog/catalog-keeper.js';
import type { Backend } from './backend.js';
import { vanishedBetween, type Vanished } from './change-backend.js';

/** Reads a backend's catalog now, and publishes what follows from it. */
@Injectable()
export class RefreshBackend {
  constructor(
    private readonly keeper: CatalogKeeper,
    private readonly catalog: Catalog,
    private readonly audit: AuditTrail,
  ) {}

  /** Never throws for what the backend does: its condition tells, and what it offered stays. */
  async execute(operator: Operator, backend: Backend): Promise<{ backend: Backend; vanished: Vanished[] }> {
    const shown = this.catalog.published();
    await this.keeper.refresh(backend.id);
    const failed = this.keeper.condition(backend.id).failure !== undefined;
    const event = operatorDid(operator, 'backend.refresh', `backend ${backend.name}`);
    await this.audit.append(failed ? { ...event, outcome: 'failed', description: 'its catalog could not be read' } : event);
    return { backend, vanished: vanishedBetween(shown, this.catalog.published()) };
  }
}
