import { Module } from '@nestjs/common';
import { BindingsController } from './bindings/bindings.controller.js';
import { CatalogController } from './catalog/catalog.controller.js';
import { InstancesController } from './instances/instances.controller.js';

/** The Open Service Broker API 2.17. */
@Module({ controllers: [CatalogController, InstancesController, BindingsController] })
export class OsbApiModule {}
