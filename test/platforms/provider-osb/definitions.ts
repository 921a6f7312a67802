import type { PlanOf } from './broker-client.js';
import type { Home } from './objects.js';

/** `osb.m.crossplane.io` `ProviderConfig`, without its address and login. */
export interface ProviderConfig {
  readonly osbVersion?: string;
  /** Nothing reads it. */
  readonly disable_async?: boolean;
}

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/** @throws what Kubernetes says of a `ProviderConfig` that does not keep to its definition */
export function admitConfig({ osbVersion, disable_async }: ProviderConfig): void {
  if (disable_async === undefined) throw new Error('disable_async: Required value');
  if (osbVersion !== undefined && !/^2\.\d{1,2}$/.test(osbVersion)) throw new Error(`spec.osbVersion: Invalid value: "${osbVersion}"`);
}

/** @throws what Kubernetes says of a `ServiceInstance` whose ids are no uuids; the id of the service may be anything */
export function admitInstance(instanceId: string, home: Home, planId: PlanOf['plan_id']): void {
  const ids = { instanceId, organizationGuid: home.organization_guid, planId, spaceGuid: home.space_guid };
  for (const [name, id] of Object.entries(ids)) {
    if (!UUID.test(id)) throw new Error(`spec.forProvider.${name}: Invalid value: "${id}"`);
  }
}
