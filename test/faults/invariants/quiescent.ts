import type { History } from '../history.js';

/** I8: after quiescence nothing is in progress, nothing waits, and nothing was left without a future. */
export function quiescent({ database }: History): string[] {
  const operations = database.operations.flatMap(({ id, kind, state, parked, hasFuture }) => {
    if (parked) return [`the ${kind} ${id} was given up and parked`];
    if (state === 'running') return [`the ${kind} ${id} is still running${hasFuture ? '' : ' and will never be looked at again'}`];
    return state === 'queued' ? [`the ${kind} ${id} is still queued`] : [];
  });
  const halfWay = (what: string) => (row: { state: string; id: string }) => `${what} ${row.id} was left ${row.state}`;
  const isHalfWay = ({ state }: { state: string }): boolean => state === 'creating' || state === 'failed';
  return [
    ...operations,
    ...database.instances.filter(isHalfWay).map(({ instanceId, state }) => halfWay('instance')({ id: instanceId, state })),
    ...database.bindings.filter(isHalfWay).map(({ bindingId, state }) => halfWay('binding')({ id: bindingId, state })),
  ];
}
