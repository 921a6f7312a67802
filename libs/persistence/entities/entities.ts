import { AuditEventEntity } from './audit-event.entity.js';
import { BackendCatalogEntity } from './backend-catalog.entity.js';
import { BackendEntity } from './backend.entity.js';
import { CatalogRevisionEntity } from './catalog-revision.entity.js';
import { SchemaMarkerEntity } from './schema-marker.entity.js';
import { SealingKeyEntity } from './sealing-key.entity.js';
import { CatalogIdentifierEntity } from './catalog-identifier.entity.js';
import { OperationEntity } from './operation.entity.js';
import { PlatformCredentialEntity } from './platform-credential.entity.js';
import { PlatformEntity } from './platform.entity.js';
import { RefusedCreateEntity } from './refused-create.entity.js';
import { ServiceBindingEntity } from './service-binding.entity.js';
import { ServiceInstanceEntity } from './service-instance.entity.js';

/** Every table of the schema. */
export const entities = [
  AuditEventEntity,
  BackendCatalogEntity,
  BackendEntity,
  CatalogIdentifierEntity,
  CatalogRevisionEntity,
  OperationEntity,
  PlatformCredentialEntity,
  PlatformEntity,
  RefusedCreateEntity,
  SchemaMarkerEntity,
  SealingKeyEntity,
  ServiceBindingEntity,
  ServiceInstanceEntity,
];
