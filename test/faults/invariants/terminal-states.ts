import type { ClientEntry, History, Transition } from '../history.js';
import { nameOf } from './resource.js';

const ENDS = ['succeeded', 'failed'];
/** A create that failed is still to be cleaned up. */
const FINAL: Record<Transition['table'], readonly string[]> = { operation: ENDS, service_instance: ['deleted'], service_binding: ['deleted'] };

/** I3: an end is an end, in the database and in the eyes of a platform, and both know the same one. */
export function terminalStates(history: History): string[] {
  const polls = history.client.filter(({ kind, operation }) => kind === 'poll' && operation !== undefined);
  return [...reopened(history.database.transitions), ...polls.flatMap((poll) => [...contradicted(poll, polls), ...forgotten(poll), ...untrue(poll, history)])];
}

function reopened(transitions: readonly Transition[]): string[] {
  return transitions.flatMap((next, index) => {
    const before = transitions.slice(0, index).findLast(({ table, id }) => table === next.table && id === next.id);
    if (!before || !FINAL[before.table].includes(before.state) || before.state === next.state) return [];
    return [`${next.table} ${next.id} was ${before.state} and became ${next.state}`];
  });
}

function contradicted(poll: ClientEntry, polls: readonly ClientEntry[]): string[] {
  if (poll.state === undefined || !ENDS.includes(poll.state)) return [];
  const later = polls.filter(
    ({ operation, invokedAtMs, state }) => operation === poll.operation && state !== undefined && invokedAtMs >= (poll.returnedAtMs ?? Infinity),
  );
  const other = later.find(({ state }) => state !== poll.state);
  return other ? [`operation ${poll.operation} was told as ${poll.state} and later as ${other.state}`] : [];
}

/** Whoever was told of an operation can ask for it, at once and everywhere. */
function forgotten({ operation, status, instanceId, bindingId }: ClientEntry): string[] {
  const about = nameOf({ instanceId, ...(bindingId === undefined ? {} : { bindingId }) });
  return status === 400 || status === 404 ? [`operation ${operation} of ${about} was accepted, but a poll got ${status}`] : [];
}

function untrue({ operation, state }: ClientEntry, { database }: History): string[] {
  if (state === undefined || !ENDS.includes(state)) return [];
  const row = database.operations.find(({ id }) => id === operation);
  return row?.state === state ? [] : [`operation ${operation} was told as ${state}, but the database has it ${row?.state ?? 'not at all'}`];
}
