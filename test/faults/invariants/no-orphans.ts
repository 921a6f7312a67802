import type { BackendEvent, BackendLedger, BackendResource, History } from '../history.js';
import { nameOf, sameResource } from './resource.js';

/** I2: whatever exists at a backend belongs to one living row, what a living row says exists, and nothing was made twice. */
export function noOrphans(history: History): string[] {
  return [
    ...history.backends.flatMap((ledger) => ledger.resources.flatMap((resource) => owned(history, ledger, resource))),
    ...history.backends.flatMap(madeTwice),
    ...missing(history),
  ];
}

function owned(history: History, { name }: BackendLedger, resource: BackendResource): string[] {
  const { instances, bindings } = history.database;
  const owners = instances.filter(
    ({ backend, backendInstanceId, state }) => backend === name && backendInstanceId === resource.instanceId && state === 'ready',
  );
  const incarnations = owners.map(({ incarnation }) => incarnation);
  const rows =
    resource.bindingId === undefined
      ? owners
      : bindings.filter(
          ({ instanceIncarnation, backendBindingId, state }) =>
            incarnations.includes(instanceIncarnation) && backendBindingId === resource.bindingId && state === 'ready',
        );
  if (rows.length === 1) return [];
  return [`backend ${name} has ${nameOf(resource)}, which ${rows.length === 0 ? 'nobody' : 'more than one row'} knows of`];
}

function missing({ database, backends }: History): string[] {
  const has = (backend: string, resource: { instanceId: string; bindingId?: string }): boolean =>
    backends.some(({ name, resources }) => name === backend && resources.some((each) => sameResource(each, resource)));
  const live = database.instances.filter(({ state }) => state === 'ready');
  return live.flatMap(({ incarnation, backend, backendInstanceId }) => {
    const bindings = database.bindings.filter(({ instanceIncarnation, state }) => instanceIncarnation === incarnation && state === 'ready');
    const claims = [{ instanceId: backendInstanceId }, ...bindings.map(({ backendBindingId: bindingId }) => ({ instanceId: backendInstanceId, bindingId }))];
    return claims.filter((claim) => !has(backend, claim)).map((claim) => `the database has ${nameOf(claim)}, but backend ${backend} does not`);
  });
}

function madeTwice({ name, events }: BackendLedger): string[] {
  return events.filter((event, index) => isRemade(event, events.slice(0, index))).map((event) => `backend ${name} made ${nameOf(event)} a second time`);
}

/** Made although it was there: a binding also goes with its instance. */
function isRemade(event: BackendEvent, before: readonly BackendEvent[]): boolean {
  if (event.kind !== 'created') return false;
  const last = before.findLast(
    (each) => sameResource(each, event) || (each.kind === 'deleted' && each.bindingId === undefined && each.instanceId === event.instanceId),
  );
  return last?.kind === 'created';
}
