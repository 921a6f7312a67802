import type { AuditRow, BackendCall, History } from '../history.js';
import { nameOf } from './resource.js';

/** The database and the bench read the same clock, but round it differently. */
const ROUNDING_MS = 2;

/** I7: before a backend is asked to change something, the trail says so; afterwards it says what came of it. */
export function audited(history: History): string[] {
  return history.backends.flatMap(({ name, calls }) =>
    calls.flatMap((call) => {
      const events = eventsFor(call, history, name);
      const about = `the ${call.verb} of ${nameOf(call)} at backend ${name}`;
      const intents = events.filter(({ outcome, atMs }) => outcome === 'started' && atMs <= call.atMs + ROUNDING_MS);
      if (intents.length === 0) return [`${about} was made without an intent in the audit trail`];
      const ids = intents.map(({ operationId }) => operationId);
      const isTold = events.some(
        ({ outcome, operationId, atMs }) => outcome !== 'started' && ids.includes(operationId) && atMs >= call.atMs - ROUNDING_MS,
      );
      return isTold ? [] : [`what came of ${about} is not in the audit trail`];
    }),
  );
}

function eventsFor(call: BackendCall, { database }: History, backend: string): AuditRow[] {
  const row = database.instances.find((each) => each.backend === backend && each.backendInstanceId === call.instanceId);
  const subject = nameOf({ instanceId: row?.instanceId ?? call.instanceId, ...(call.bindingId === undefined ? {} : { bindingId: call.bindingId }) });
  const action = `${call.bindingId === undefined ? 'instance' : 'binding'}.${call.verb}`;
  return database.audit.filter((event) => event.action === action && event.subject === subject);
}
