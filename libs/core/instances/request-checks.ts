import { Injectable } from '@nestjs/common';
import { BrokerError, JsonTextError, mergeRawObjects, parseRawObject, type OperationKind, type RawJson } from '#sdk';
import { BackendCalls } from '../backends/backend-calls.js';
import { BackendRegistry } from '../backends/backend-registry.js';
import type { SchemaEnforcement } from '../backends/backend.js';
import type { Offered } from '../catalog/catalog.js';
import type { ServicePlan } from '../catalog/offering.js';
import { ParameterSchemas } from '../catalog/parameter-schemas.js';
import { Journal } from '../journal/journal.js';
import type { Origin } from '../operations/operation.js';

const MAX_PARAMETER_BYTES = 1_048_576;

interface CheckedPlan {
  readonly backendId: string;
  readonly planId: string;
}

/** What a request can be refused for before anything is asked of a backend. Each check throws a BrokerError. */
@Injectable()
export class RequestChecks {
  constructor(
    private readonly registry: BackendRegistry,
    private readonly calls: BackendCalls,
    private readonly schemas: ParameterSchemas,
    private readonly journal: Journal,
  ) {}

  /** A closed or disabled backend takes no new instances. */
  takesNewInstances({ backendId, offering }: Offered): void {
    const backend = this.registry.record(backendId);
    if (backend?.state === 'enabled') return;
    const reason = backend?.closedMessage ?? `service "${offering.name}" takes no new instances right now`;
    throw new BrokerError('BadRequest', reason);
  }

  /**
   * Whether the backend has to complete the call, or to say that it cannot: the platform takes no 202, and operators turned
   * waiting off for this plan (OSB 2.17, Asynchronous Operations).
   *
   * @throws BrokerError AsyncRequired for a verb that is asynchronous at a backend that cannot say so itself
   */
  isSyncOnly(kind: OperationKind, { backendId, planId }: { readonly backendId: string; readonly planId: string }, acceptsIncomplete: boolean): boolean {
    const policy = this.registry.record(backendId)?.planPolicies[planId];
    if (acceptsIncomplete || policy?.bridgeSync !== false) return false;
    const { asynchronousVerbs = [], heedsAcceptsIncomplete } = this.registry.capabilitiesOf(backendId);
    if (heedsAcceptsIncomplete || !asynchronousVerbs.includes(kind)) return true;
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

  /** As far as the operator wants it for this plan. */
  async parametersMatch({ requestId }: Origin, plan: CheckedPlan, schema: object | undefined, parameters: RawJson | undefined): Promise<void> {
    const enforcement = this.schemaEnforcement(plan);
    if (!schema || enforcement === 'off') return;
    const { backendId, planId } = plan;
    const refusal = await this.refusalOf(backendId, schema, parameters);
    if (!refusal) return;
    if (enforcement === 'enforce') throw refusal;
    this.journal.warn('parameters are passed on although their schema does not allow them', { requestId, backendId, planId, reason: refusal.message });
  }

  private schemaEnforcement({ backendId, planId }: CheckedPlan): SchemaEnforcement {
    const backend = this.registry.record(backendId);
    return backend?.planPolicies[planId]?.schemaEnforcement ?? backend?.policy.schemaEnforcement ?? 'enforce';
  }

  private async refusalOf(backendId: string, schema: object, parameters: RawJson | undefined): Promise<BrokerError | undefined> {
    try {
      const problems = await this.schemas.of(backendId).validate(schema, parameters ?? { raw: '{}', value: {} });
      if (problems.length === 0) return undefined;
      return new BrokerError('BadRequest', `the parameters do not match the plan's schema: ${problems.join('; ')}`);
    } catch (error) {
      if (error instanceof BrokerError) return error;
      throw error;
    }
  }
}
