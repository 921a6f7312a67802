import { Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Inventory, type AuditLine, type Page } from '#core';
import { AdminController } from '../request/admin-controller.js';
import { Documented } from '../request/documented.js';
import { auditPage, auditQuery } from './audit-event.schema.js';

/** Who did what, when, and how it went. */
@AdminController('audit-events', 'Inventory')
export class AuditEventsController {
  constructor(private readonly inventory: Inventory) {}

  @Get()
  @Documented({ summary: 'Lists the audit trail', answer: auditPage })
  list(@Query({ schema: auditQuery }) query: z.output<typeof auditQuery>): Promise<Page<AuditLine>> {
    return this.inventory.auditEvents(query, query);
  }
}
