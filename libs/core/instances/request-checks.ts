import { Injectable } from '@nestjs/common';
import { BrokerError, JsonTextError, mergeRawObjects, parseRawObject, type RawJson } from '#sdk';
import { BackendCalls } from '../backends/backend-calls.js';
import { BackendRegistry } from '../backends/backend-registry.js';
import type { Offered } from '../catalog/catalog.js';
import type { ServicePlan } from '../catalog/offering.js';
import { ParameterSchemas } from '../catalog/parameter-schemas.js';

const MAX_PARAMETER_BYTES = 1_048_576;

/** What a request can be refused for before anything is asked of a backend. Each check throws a BrokerError. */
@Injectable()
export class RequestChecks {
  constructor(
    private readonly registry: BackendRegistry,
    private readonly calls: BackendCalls,
    private readonly schemas: ParameterSchemas,
  ) {}

  /** A closed or disabled backend takes no new instances. */
  takesNewInstances({ backendId, offering }: Offered): void {
    const backend = this.registry.record(backendId);
    if (backend?.state === 'enabled') return;
    const reason = backend?.closedMessage ?? `service "${offering.name}" takes no new instances right now`;
    throw new BrokerError('BadRequest', reason);
  }

  /** OSB 2.17, Asynchronous Operations; only where the operator turned waiting off for this plan. */
  waitingIsAllowed(backendId: string, planId: string, acceptsIncomplete: boolean): void {
    const policy = this.registry.record(backendId)?.planPolicies[planId];
    if (acceptsIncomplete || policy?.bridgeSync !== false) return;
    throw new BrokerError('AsyncRequired', 'this service plan requires client support for asynchronous service operations');
  }

  /** What would not be sent is not written down either: a backend that hangs must not fill the record with its refusals. */
  backendTakesCalls(backendId: string): void {
    const refusal = this.calls.refusal(backendId);
    if (refusal) throw refusal;
  }

  /** OSB 2.17, MaintenanceInfoConflict. Versions are compared as text; an object without a version counts as absent. */
  maintenanceVersion(plan: ServicePlan, maintenanceInfo: RawJson | undefined): void {
    const asked = (maintenanceInfo?.value as { version?: string } | undefined)?.version;
    if (asked === undefined || asked === plan.maintenanceInfo?.version) return;
    const offered = plan.maintenanceInfo ? `offers version ${plan.maintenanceInfo.version}` : 'has no maintenance_info';
    throw new BrokerError(
      'MaintenanceInfoConflict',
      `plan "${plan.name}" ${offered}, the request names another; read GET /v2/catalog again`,
    );
  }

  /** What an update leaves has to fit into one request: otherwise the record would grow with every one of them. */
  parametersFit(recorded: string | undefined, changes: RawJson | undefined): void {
    const merged = mergeRawObjects(recorded, changes?.raw);
    if (merged === undefined || merged.length <= (recorded?.length ?? 0)) return;
    const refusal = 'with those of the instance, the parameters are larger than a request may be';
    if (Buffer.byteLength(merged) > MAX_PARAMETER_BYTES) throw new BrokerError('BadRequest', `${refusal}: more than 1 MB`);
    try {
      parseRawObject(merged);
    } catch (error) {
      if (error instanceof JsonTextError) throw new BrokerError('BadRequest', `${refusal}: ${error.message}`);
      throw error;
    }
  }

  async parametersMatch(backendId: string, schema: object | undefined, parameters: RawJson | undefined): Promise<void> {
    if (!schema) return;
    const problems = await this.schemas.of(backendId).validate(schema, parameters ?? { raw: '{}', value: {} });
    if (problems.length === 0) return;
    throw new BrokerError('BadRequest', `the parameters do not match the plan's schema: ${problems.join('; ')}`);
  }
}
