import type { ClientEntry, History, TimeMs } from '../history.js';
import { sameResource, type ResourceKey } from './resource.js';

/** A create or delete that may have had an effect. */
export interface Change {
  readonly invokedAtMs: TimeMs;
  /** Its effect, if any, is surely over then. Absent: it may still come. */
  readonly overAtMs?: TimeMs;
  readonly outcome: 'succeeded' | 'failed' | 'accepted' | 'unknown';
  readonly entry: ClientEntry;
}

/** What a platform did to bring something into being. */
export function createsOf(history: History, key: ResourceKey): Change[] {
  const kind = key.bindingId === undefined ? 'provision' : 'bind';
  return changes(history, key, (entry) => entry.kind === kind && sameResource(entry, key));
}

/** What a platform did to have it removed; a binding goes with its instance. */
export function deletesOf(history: History, key: ResourceKey): Change[] {
  const own = key.bindingId === undefined ? 'deprovision' : 'unbind';
  return changes(
    history,
    key,
    (entry) =>
      (entry.kind === own && sameResource(entry, key)) || (entry.kind === 'deprovision' && entry.instanceId === key.instanceId),
  );
}

export function updatesOf(history: History, key: ResourceKey): Change[] {
  return changes(history, key, (entry) => entry.kind === 'update' && sameResource(entry, key));
}

function changes(history: History, key: ResourceKey, isMeant: (entry: ClientEntry) => boolean): Change[] {
  const entries = history.client.filter((entry) => entry.platform === key.platform && isMeant(entry));
  return entries.filter(mayHaveActed).map((entry) => changeOf(entry, history));
}

/** A refusal with a meaning changes nothing, and a refused connection carried nothing. */
function mayHaveActed({ status, lost }: ClientEntry): boolean {
  return lost !== 'refused' && (status === undefined || status === 410 || status < 400 || status >= 500);
}

function changeOf(entry: ClientEntry, history: History): Change {
  const { invokedAtMs, returnedAtMs, status, lost } = entry;
  if (status === 200 || status === 201 || status === 410) return { invokedAtMs, outcome: 'succeeded', entry, ...over(returnedAtMs) };
  if (status === 202) return { invokedAtMs, entry, ...polled(entry, history) };
  // A gateway that broke the connection took the request with it; one that is only slow may still carry it out.
  return { invokedAtMs, outcome: 'unknown', entry, ...over(lost === 'reset' ? returnedAtMs : undefined) };
}

function polled(entry: ClientEntry, { client }: History): Pick<Change, 'outcome' | 'overAtMs'> {
  const end = client.find(
    (poll) => poll.kind === 'poll' && poll.operation === entry.operation && (isEnd(poll.state) || poll.status === 410),
  );
  if (!end) return { outcome: 'accepted' };
  return { outcome: end.state === 'failed' ? 'failed' : 'succeeded', ...over(end.returnedAtMs) };
}

const isEnd = (state: string | undefined): boolean => state === 'succeeded' || state === 'failed';

const over = (overAtMs: TimeMs | undefined): { overAtMs?: TimeMs } => (overAtMs === undefined ? {} : { overAtMs });
