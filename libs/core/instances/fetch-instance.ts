import { Injectable } from '@nestjs/common';
import { BrokerError, fromRawJson, type Call, type FetchedInstance, type PlatformRef, type RawJson } from '#sdk';
import { BackendCalls } from '../backends/backend-calls.js';
import { BackendRegistry } from '../backends/backend-registry.js';
import { isObject } from '../is-object.js';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import { optional } from '../optional.js';
import type { Caller } from '../operations/caller.js';
import { LifecycleStore } from '../operations/lifecycle-store.js';
import { StoredSlot } from '../operations/stored-slot.js';
import type { Instance } from './instance.js';

export interface InstanceAnswer extends FetchedInstance {
  readonly serviceId: string;
  readonly planId: string;
}

const ASK_MS = 10_000;

/**
 * GET /v2/service_instances/:instance_id (OSB 2.17, Fetching a Service Instance). Answered from the gateway's record;
 * what a backend that can tell knows better is put over it, and a backend that can't be asked changes nothing.
 */
@Injectable()
export class FetchInstance {
  constructor(
    private readonly lifecycle: LifecycleStore,
    private readonly registry: BackendRegistry,
    private readonly calls: BackendCalls,
  ) {}

  /** The service is what the caller takes it for, if it says so. */
  async execute(caller: Caller, instanceId: string, serviceId?: string): Promise<InstanceAnswer> {
    const view = await this.lifecycle.findInstance(caller.platform.id, instanceId);
    if (!view || view.instance.state !== 'ready') {
      throw new BrokerError('NotFound', 'there is no service instance of this id');
    }
    if (serviceId !== undefined && serviceId !== view.instance.serviceId) {
      throw new BrokerError('BadRequest', `service_id "${serviceId}" is not the service of this instance`);
    }
    if (view.pending.some(({ kind, state }) => state === 'running' && (kind === 'update' || kind === 'deprovision'))) {
      throw new BrokerError('ConcurrencyError', 'the instance is being changed; try again when that has ended');
    }
    const answer = { ...recordOf(view.instance), ...(await this.asked(view.instance, caller)) };
    return PLATFORM_PROFILES[caller.platform.kind].fetchedParameters === 'asSent' ? { ...answer, parameters: sentParameters(view.instance) } : answer;
  }

  private async asked(instance: Instance, caller: Caller): Promise<Partial<InstanceAnswer>> {
    if (!this.registry.capabilitiesOf(instance.backendId).fetchInstance) return {};
    const deadline = new Date(Math.min(caller.deadline.getTime(), Date.now() + ASK_MS));
    const { backendInstanceId, serviceId, planId } = instance;
    const end = await this.calls.call(instance.backendId, deadline, (backend, signal) =>
      backend.fetchInstance({ instanceId: backendInstanceId, serviceId, planId }, readCall(instance, caller, deadline, signal)),
    );
    if (end.kind !== 'answered' || !isObject(end.value)) return {};
    const { dashboardUrl, metadata, parameters, extensions } = end.value;
    return {
      ...optional('dashboardUrl', dashboardUrl),
      ...optional('metadata', metadata),
      ...optional('parameters', parameters),
      ...optional('extensions', extensions),
    };
  }
}

/** As the platform sent them; an empty object where it sent none. */
export const sentParameters = ({ parameters = '{}' }: { readonly parameters?: string }): RawJson => fromRawJson(parameters);

function recordOf(instance: Instance): InstanceAnswer {
  const { serviceId, planId, dashboardUrl, metadata, maintenanceVersion, parameters } = instance;
  return {
    serviceId,
    planId,
    ...optional('dashboardUrl', dashboardUrl),
    ...optional('metadata', metadata),
    ...optional('parameters', parameters === undefined ? undefined : fromRawJson(parameters)),
    ...optional('maintenanceInfo', maintenanceVersion === undefined ? undefined : { version: maintenanceVersion }),
  };
}

function readCall(instance: Instance, caller: { platform: PlatformRef; origin: Caller['origin'] }, deadline: Date, signal: AbortSignal): Call {
  const { originatingIdentity, requestIdentity, apiInfoLocation } = caller.origin;
  return {
    signal,
    deadline,
    platform: caller.platform,
    ...optional('originatingIdentity', originatingIdentity),
    ...optional('requestIdentity', requestIdentity),
    ...optional('apiInfoLocation', apiInfoLocation),
    state: new StoredSlot(instance.backendState, () => Promise.reject(new Error('a read may not change the state slot'))),
  };
}
