import type { BackendResource, History } from '../history.js';
import { createsOf, deletesOf, updatesOf, type Change } from './promises.js';
import { keysOf, liveBindings, liveInstances, nameOf, sameResource, whereabouts, type ResourceKey } from './resource.js';

/** I1: what a platform was told is so, in the database and in exactly one backend. */
export function acknowledged(history: History): string[] {
  return keysOf(history.client).flatMap((key) => {
    if (mustExist(history, key)) return [...present(history, key), ...asTold(history, key)];
    if (mustNotExist(history, key)) return absent(history, key);
    return [];
  });
}

/** A create was acknowledged, and every delete was over before it was asked for. */
function mustExist(history: History, key: ResourceKey): boolean {
  const deletes = deletesOf(history, key);
  return createsOf(history, key).some(
    (create) =>
      create.outcome === 'succeeded' && deletes.every(({ overAtMs }) => overAtMs !== undefined && overAtMs <= create.invokedAtMs),
  );
}

/** A delete was promised, or a create failed, and no other create can have come after it. */
function mustNotExist(history: History, key: ResourceKey): boolean {
  const creates = createsOf(history, key);
  const comesAfter = (create: Change, { invokedAtMs }: Change): boolean =>
    create.entry.lost === 'timeout' || create.entry.returnedAtMs === undefined || create.entry.returnedAtMs > invokedAtMs;
  const promised = deletesOf(history, key).filter(({ outcome }) => outcome === 'succeeded' || outcome === 'accepted');
  if (promised.some((removal) => !creates.some((create) => comesAfter(create, removal)))) return true;
  return creates.length > 0 && creates.every(({ outcome }) => outcome === 'failed');
}

function present(history: History, key: ResourceKey): string[] {
  const rows = key.bindingId === undefined ? liveInstances(history, key) : liveBindings(history, key);
  const found = whereabouts(history, key);
  const name = nameOf(key);
  return [
    ...(rows.length === 1 && rows[0]?.state === 'ready' ? [] : [`${name} was acknowledged, but the database has it ${statesOf(rows)}`]),
    ...(found.length === 1 ? [] : [`${name} was acknowledged, but ${found.length} backends have it`]),
    ...found.filter(({ resource }) => resource.status !== 'ready').map(({ resource }) => `${name} was acknowledged, but is ${resource.status} at its backend`),
  ];
}

function absent(history: History, key: ResourceKey): string[] {
  const rows = key.bindingId === undefined ? liveInstances(history, key) : liveBindings(history, key);
  const name = nameOf(key);
  return [
    ...rows.map(({ state }) => `the platform was told that ${name} is gone, but the database has it ${state}`),
    ...whereabouts(history, key).map(({ ledger }) => `the platform was told that ${name} is gone, but backend ${ledger.name} has it`),
  ];
}

/** Plans and credentials are what the platform was told last. */
function asTold(history: History, key: ResourceKey): string[] {
  const resource = whereabouts(history, key)[0]?.resource;
  if (!resource) return [];
  return key.bindingId === undefined ? planAsTold(history, key, resource) : credentialsAsTold(history, key, resource);
}

function planAsTold(history: History, key: ResourceKey, { planId }: BackendResource): string[] {
  const [row] = liveInstances(history, key);
  const last = updatesOf(history, key).at(-1);
  const told = last?.outcome === 'succeeded' ? last.entry.planId : undefined;
  const name = nameOf(key);
  return [
    ...(row && row.planId !== planId ? [`${name} has plan ${row.planId} in the database and ${planId} at its backend`] : []),
    ...(told !== undefined && row && row.planId !== told ? [`the update of ${name} to ${told} was acknowledged, but its plan is ${row.planId}`] : []),
  ];
}

function credentialsAsTold(history: History, key: ResourceKey, { credentials }: BackendResource): string[] {
  if (deletesOf(history, key).length > 0 || credentials === undefined) return [];
  const truth = JSON.stringify(JSON.parse(credentials));
  const lies = history.client.filter((entry) => sameResource(entry, key) && entry.credentials !== undefined && entry.credentials !== truth);
  return lies.map(({ kind }) => `a ${kind} of ${nameOf(key)} gave credentials that are not those of its backend`);
}

const statesOf = (rows: readonly { state: string }[]): string => (rows.length === 0 ? 'not at all' : rows.map(({ state }) => state).join(' and '));
