import { Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Inventory, type OperationLine, type Page } from '#core';
import { AdminController } from '../request/admin-controller.js';
import { Documented } from '../request/documented.js';
import { operationPage, operationQuery } from './operation.schema.js';

/** Every mutation: what is queued, what runs, and how the others ended. */
@AdminController('operations', 'Inventory')
export class OperationsController {
  constructor(private readonly inventory: Inventory) {}

  @Get()
  @Documented({ summary: 'Lists operations', answer: operationPage })
  list(@Query({ schema: operationQuery }) query: z.output<typeof operationQuery>): Promise<Page<OperationLine>> {
    return this.inventory.operations(query, query);
  }
}
