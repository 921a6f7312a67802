import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { BackendCalls } from './backends/backend-calls.js';
import { BackendRegistry } from './backends/backend-registry.js';
import { ChangeBackend } from './backends/change-backend.js';
import { ProvidedSettings } from './backends/provided-settings.js';
import { RefreshBackend } from './backends/refresh-backend.js';
import { RegisterBackend } from './backends/register-backend.js';
import { RemoveBackend } from './backends/remove-backend.js';
import { SettingsCheck } from './backends/settings-check.js';
import { BindInstance } from './bindings/bind-instance.js';
import { FetchBinding } from './bindings/fetch-binding.js';
import { UnbindInstance } from './bindings/unbind-instance.js';
import { Catalog } from './catalog/catalog.js';
import { CatalogKeeper } from './catalog/catalog-keeper.js';
import { CatalogLoop } from './catalog/catalog-loop.js';
import { ParameterSchemas } from './catalog/parameter-schemas.js';
import { DeprovisionInstance } from './instances/deprovision-instance.js';
import { FetchInstance } from './instances/fetch-instance.js';
import { ProvisionInstance } from './instances/provision-instance.js';
import { RequestChecks } from './instances/request-checks.js';
import { UpdateInstance } from './instances/update-instance.js';
import { AcceptedDeletes } from './operations/accepted-deletes.js';
import { BackendStep } from './operations/backend-step.js';
import { BusyBindings } from './operations/busy-bindings.js';
import { ConfirmNotFound } from './operations/confirm-not-found.js';
import { EarlierCreates } from './operations/earlier-creates.js';
import { GatewayIdentity } from './operations/gateway-identity.js';
import { ReadLastOperation } from './operations/last-operation.js';
import { LateCreates } from './operations/late-creates.js';
import { LeaseKeeper } from './operations/lease-keeper.js';
import { OperationAnswers } from './operations/operation-answers.js';
import { OperationEnds } from './operations/operation-ends.js';
import { OperationEngine } from './operations/operation-engine.js';
import { OperationRunner } from './operations/operation-runner.js';
import { OperationSignals } from './operations/operation-signals.js';
import { OverlapPolicy } from './operations/overlap-policy.js';
import { ParkedOperations } from './operations/parked-operations.js';
import { Promotion } from './operations/promotion.js';
import { RefusedCreates } from './operations/refused-creates.js';
import { Reservations } from './operations/reservations.js';
import { RunnerShares } from './operations/runner-shares.js';
import { RetryPolicy } from './operations/retry-policy.js';
import { UnbindsBeforeDeprovision } from './operations/unbinds-before-deprovision.js';
import { RegisterPlatform } from './platforms/register-platform.js';

const USE_CASES = [
  ProvisionInstance,
  UpdateInstance,
  DeprovisionInstance,
  FetchInstance,
  BindInstance,
  UnbindInstance,
  FetchBinding,
  ReadLastOperation,
  RegisterBackend,
  ChangeBackend,
  RefreshBackend,
  RemoveBackend,
  RegisterPlatform,
];

const WORKINGS = [
  AcceptedDeletes,
  BackendCalls,
  BackendRegistry,
  BackendStep,
  BusyBindings,
  Catalog,
  CatalogKeeper,
  CatalogLoop,
  ConfirmNotFound,
  EarlierCreates,
  GatewayIdentity,
  LateCreates,
  LeaseKeeper,
  OperationAnswers,
  OperationEnds,
  OperationEngine,
  OperationRunner,
  OperationSignals,
  OverlapPolicy,
  ParkedOperations,
  Promotion,
  ProvidedSettings,
  RefusedCreates,
  RequestChecks,
  Reservations,
  RunnerShares,
  RetryPolicy,
  SettingsCheck,
  UnbindsBeforeDeprovision,
  { provide: ParameterSchemas, useFactory: () => new ParameterSchemas() },
];

/** The domain as Nest providers. The app brings the ports: stores, journal, sealer, digests, types, address guard and
 * timings. */
@Module({})
export class CoreModule {
  static forRoot(ports: Pick<ModuleMetadata, 'imports' | 'providers'>): DynamicModule {
    const providers = [...(ports.providers ?? []), ...USE_CASES, ...WORKINGS];
    return { module: CoreModule, global: true, imports: ports.imports ?? [], providers, exports: providers };
  }
}
