import { Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Inventory, type InstanceLine, type Page } from '#core';
import { AdminController } from '../request/admin-controller.js';
import { Documented } from '../request/documented.js';
import { instancePage, instanceQuery } from './instance.schema.js';

/** All instances of all platforms, without their parameters. */
@AdminController('instances', 'Inventory')
export class InstancesController {
  constructor(private readonly inventory: Inventory) {}

  @Get()
  @Documented({ summary: 'Lists instances', answer: instancePage })
  list(@Query({ schema: instanceQuery }) query: z.output<typeof instanceQuery>): Promise<Page<InstanceLine>> {
    return this.inventory.instances(query, query);
  }
}
