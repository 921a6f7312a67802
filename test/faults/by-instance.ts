import type { BackendLedger, History } from './history.js';

/**
 * One history per instance, so that a long one can be checked bit by bit. What a backend has and no row knows of gets a
 * history of its own, under the id it has there.
 */
export function byInstance(history: History): Map<string, History> {
  const { database } = history;
  const instanceOf = owners(history);
  const atBackend = new Map(database.instances.map((row) => [`${row.backend} ${row.backendInstanceId}`, row.instanceId]));
  const clients = Map.groupBy(history.client, ({ instanceId }) => instanceId);
  const instances = Map.groupBy(database.instances, ({ instanceId }) => instanceId);
  const bindings = Map.groupBy(database.bindings, ({ incarnation }) => instanceOf(incarnation));
  const operations = Map.groupBy(database.operations, ({ id }) => instanceOf(id));
  const transitions = Map.groupBy(database.transitions, ({ id }) => instanceOf(id));
  const audit = Map.groupBy(database.audit, ({ subject }) => /instance (\S+)$/.exec(subject)?.[1]);
  const ledgers = history.backends.map((ledger) => sliced(ledger, (id) => atBackend.get(`${ledger.name} ${id}`) ?? id));
  const ids = new Set([...clients.keys(), ...instances.keys(), ...ledgers.flatMap(({ ids: known }) => known)]);
  const sliceOf = (id: string): History => ({
    client: clients.get(id) ?? [],
    backends: ledgers.map(({ of }) => of(id)),
    database: {
      instances: instances.get(id) ?? [],
      bindings: bindings.get(id) ?? [],
      operations: operations.get(id) ?? [],
      transitions: transitions.get(id) ?? [],
      audit: audit.get(id) ?? [],
    },
  });
  return new Map([...ids].map((id) => [id, sliceOf(id)]));
}

/** The instance an incarnation or an operation belongs to. */
function owners({ database }: History): (id: string) => string | undefined {
  const ofInstance = new Map(database.instances.map(({ incarnation, instanceId }) => [incarnation, instanceId]));
  const ofRest = new Map(
    [...database.bindings.map(({ incarnation: id, instanceIncarnation }) => ({ id, instanceIncarnation })), ...database.operations].map(
      ({ id, instanceIncarnation }) => [id, ofInstance.get(instanceIncarnation)],
    ),
  );
  return (id) => ofInstance.get(id) ?? ofRest.get(id);
}

function sliced(ledger: BackendLedger, instanceOf: (id: string) => string): { ids: string[]; of: (id: string) => BackendLedger } {
  const key = ({ instanceId }: { instanceId: string }): string => instanceOf(instanceId);
  const calls = Map.groupBy(ledger.calls, key);
  const resources = Map.groupBy(ledger.resources, key);
  const events = Map.groupBy(ledger.events, key);
  return {
    ids: [...calls.keys(), ...resources.keys(), ...events.keys()],
    of: (id) => ({ ...ledger, calls: calls.get(id) ?? [], resources: resources.get(id) ?? [], events: events.get(id) ?? [] }),
  };
}
