import { Body, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Inventory, ParkedOperations, type OperationId, type OperationLine, type Operator, type Page } from '#core';
import { AdminController } from '../request/admin-controller.js';
import { AskedBy } from '../request/asked-by.js';
import { Documented } from '../request/documented.js';
import { giveUpBody, operationLine, operationPage, operationQuery } from './operation.schema.js';

const NOT_FOUND = { 404: 'There is no operation of this id.' };

/** Every mutation: what is queued, what runs, and how the others ended. */
@AdminController('operations', 'Inventory')
export class OperationsController {
  constructor(
    private readonly inventory: Inventory,
    private readonly parked: ParkedOperations,
  ) {}

  @Get()
  @Documented({ summary: 'Lists operations', answer: operationPage })
  list(@Query({ schema: operationQuery }) query: z.output<typeof operationQuery>): Promise<Page<OperationLine>> {
    return this.inventory.operations(query, query);
  }

  @Post(':id/retry')
  @Documented({
    summary: 'Tries a parked clean-up again',
    description: 'At once, and for seven days more. One that is not parked goes on as it is.',
    answer: operationLine,
    refusals: { ...NOT_FOUND, 409: 'It has ended.' },
  })
  retry(@AskedBy() operator: Operator, @Param('id') id: string): Promise<OperationLine> {
    return this.parked.retry(operator, id as OperationId);
  }

  @Post(':id/give-up')
  @Documented({
    summary: 'Ends a parked clean-up that is not going to succeed',
    description: 'It has failed then, and what it should have removed is out of the books. Look after what is left at the backend first.',
    answer: operationLine,
    refusals: { ...NOT_FOUND, 409: 'It is not parked.' },
  })
  giveUp(
    @AskedBy() operator: Operator,
    @Param('id') id: string,
    @Body({ schema: giveUpBody }) { reason }: z.output<typeof giveUpBody>,
  ): Promise<OperationLine> {
    return this.parked.giveUp(operator, id as OperationId, reason);
  }
}
