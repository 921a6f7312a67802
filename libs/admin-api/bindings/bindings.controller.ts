import { Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Inventory, type BindingLine, type Page } from '#core';
import { AdminController } from '../request/admin-controller.js';
import { Documented } from '../request/documented.js';
import { bindingPage, bindingQuery } from './binding.schema.js';

/** All bindings of all instances, without their credentials. */
@AdminController('bindings', 'Inventory')
export class BindingsController {
  constructor(private readonly inventory: Inventory) {}

  @Get()
  @Documented({ summary: 'Lists bindings', answer: bindingPage })
  list(@Query({ schema: bindingQuery }) query: z.output<typeof bindingQuery>): Promise<Page<BindingLine>> {
    return this.inventory.bindings(query, query);
  }
}
