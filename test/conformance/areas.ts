import { asynchrony } from './areas/asynchrony.js';
import { authentication } from './areas/authentication.js';
import { binding } from './areas/binding.js';
import { blocking } from './areas/blocking.js';
import { bodies } from './areas/bodies.js';
import { catalog } from './areas/catalog.js';
import { contexts } from './areas/contexts.js';
import { deprovisioning } from './areas/deprovisioning.js';
import { errors } from './areas/errors.js';
import { fetchingBindings } from './areas/fetching-bindings.js';
import { fetchingInstances } from './areas/fetching-instances.js';
import { idsInUrls } from './areas/ids-in-urls.js';
import { lastOperationOfBindings } from './areas/last-operation-of-bindings.js';
import { lastOperationOfInstances } from './areas/last-operation-of-instances.js';
import { metadata } from './areas/metadata.js';
import { originatingIdentity } from './areas/originating-identity.js';
import { orphanMitigation } from './areas/orphan-mitigation.js';
import { plans } from './areas/plans.js';
import { polling } from './areas/polling.js';
import { provisioning } from './areas/provisioning.js';
import { requestIdentity } from './areas/request-identity.js';
import { rotation } from './areas/rotation.js';
import { schemas } from './areas/schemas.js';
import { unbinding } from './areas/unbinding.js';
import { updating } from './areas/updating.js';
import { versionHeader } from './areas/version-header.js';
import type { Area } from './row.js';

/** Every area, in the order of the register. */
export const AREAS: readonly Area[] = [
  versionHeader,
  authentication,
  originatingIdentity,
  requestIdentity,
  bodies,
  idsInUrls,
  errors,
  catalog,
  plans,
  schemas,
  metadata,
  asynchrony,
  blocking,
  lastOperationOfInstances,
  lastOperationOfBindings,
  polling,
  provisioning,
  fetchingInstances,
  updating,
  binding,
  rotation,
  fetchingBindings,
  unbinding,
  deprovisioning,
  orphanMitigation,
  contexts,
];
