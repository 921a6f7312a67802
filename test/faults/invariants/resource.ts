import type { BackendLedger, BackendResource, BindingRow, ClientEntry, History, InstanceRow } from '../history.js';

/** An instance or binding as a platform knows it. */
export interface ResourceKey {
  readonly platform: string;
  readonly instanceId: string;
  readonly bindingId?: string;
}

export const nameOf = ({ instanceId, bindingId }: { instanceId: string; bindingId?: string }): string =>
  bindingId === undefined ? `instance ${instanceId}` : `binding ${bindingId} of instance ${instanceId}`;

export function sameResource(a: { instanceId: string; bindingId?: string }, b: { instanceId: string; bindingId?: string }): boolean {
  return a.instanceId === b.instanceId && a.bindingId === b.bindingId;
}

/** Everything platforms ever asked to be made. */
export function keysOf(entries: readonly ClientEntry[]): ResourceKey[] {
  const keys = new Map<string, ResourceKey>();
  for (const { platform, instanceId, bindingId } of entries) {
    const key = { platform, instanceId, ...(bindingId === undefined ? {} : { bindingId }) };
    keys.set(JSON.stringify(key), key);
  }
  return [...keys.values()];
}

/** Rows of instances that have not been deleted. */
export function liveInstances({ database }: History, key: ResourceKey): InstanceRow[] {
  return database.instances.filter(
    ({ platform, instanceId, state }) => platform === key.platform && instanceId === key.instanceId && state !== 'deleted',
  );
}

export function liveBindings(history: History, key: ResourceKey): BindingRow[] {
  const owners = liveInstances(history, key).map(({ incarnation }) => incarnation);
  return history.database.bindings.filter(
    ({ bindingId, instanceIncarnation, state }) =>
      bindingId === key.bindingId && owners.includes(instanceIncarnation) && state !== 'deleted',
  );
}

/** Where a platform's resource really is: every backend that has it, with what it has. */
export function whereabouts(history: History, key: ResourceKey): { ledger: BackendLedger; resource: BackendResource }[] {
  const ids = liveInstances(history, key).map(({ backendInstanceId }) => backendInstanceId);
  const instanceIds = ids.length > 0 ? ids : [key.instanceId];
  const bindingId = liveBindings(history, key)[0]?.backendBindingId ?? key.bindingId;
  return history.backends.flatMap((ledger) =>
    ledger.resources
      .filter((resource) => instanceIds.includes(resource.instanceId) && resource.bindingId === bindingId)
      .map((resource) => ({ ledger, resource })),
  );
}
