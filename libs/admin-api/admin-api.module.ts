import { Module } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AuditEventsController } from './audit/audit-events.controller.js';
import { BackendDirectory } from './backends/backend-directory.js';
import { BackendSettings } from './backends/backend-settings.js';
import { BackendTypesController } from './backends/backend-types.controller.js';
import { BackendsController } from './backends/backends.controller.js';
import { BindingsController } from './bindings/bindings.controller.js';
import { CatalogController } from './catalog/catalog.controller.js';
import { InstancesController } from './instances/instances.controller.js';
import { describeRoutes, OpenApiDocument } from './open-api/open-api-document.js';
import { OpenApiController } from './open-api/open-api.controller.js';
import { OperationsController } from './operations/operations.controller.js';
import { PlatformsController } from './platforms/platforms.controller.js';

const CONTROLLERS = [
  BackendTypesController,
  BackendsController,
  CatalogController,
  PlatformsController,
  InstancesController,
  BindingsController,
  OperationsController,
  AuditEventsController,
  OpenApiController,
];

/** What operators may see and do, over HTTP. */
@Module({
  controllers: CONTROLLERS,
  providers: [
    BackendDirectory,
    BackendSettings,
    { provide: OpenApiDocument, useFactory: () => OpenApiDocument.of(CONTROLLERS) },
  ],
})
export class AdminApiModule {}

/** The OpenAPI document of the admin API; needs no running gateway. */
export const describeAdminApi = (): Promise<OpenAPIObject> => describeRoutes(CONTROLLERS);
