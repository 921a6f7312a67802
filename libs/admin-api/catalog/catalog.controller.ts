import { Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { BackendRegistry, Catalog, CatalogKeeper } from '#core';
import { BackendDirectory } from '../backends/backend-directory.js';
import { AdminController } from '../request/admin-controller.js';
import { Documented } from '../request/documented.js';
import { catalogView } from './catalog-view.js';
import { catalogQuery, catalogView as catalogAnswer, type CatalogView } from './catalog.schema.js';

/** The one catalog made of all. */
@AdminController('catalog', 'Catalog')
export class CatalogController {
  constructor(
    private readonly catalog: Catalog,
    private readonly keeper: CatalogKeeper,
    private readonly registry: BackendRegistry,
    private readonly directory: BackendDirectory,
  ) {}

  @Get()
  @Documented({
    summary: 'Shows what is published, from which backend and for whom, and what is not',
    answer: catalogAnswer,
  })
  show(@Query({ schema: catalogQuery }) { after }: z.output<typeof catalogQuery>): CatalogView {
    const conditions = this.registry.ids().map((backendId) => this.keeper.condition(backendId));
    const unpublished = {
      listed: conditions.flatMap(({ backendId, leftOut }) => leftOut.map((left) => ({ ...left, backendId }))),
      count: conditions.reduce((count, { leftOutCount }) => count + leftOutCount, 0),
    };
    return catalogView(this.catalog.published(), unpublished, this.directory.nameOf, after);
  }
}
