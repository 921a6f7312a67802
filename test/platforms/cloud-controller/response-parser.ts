import type { JsonBody } from '../../support/http-client.js';
import type { WireAnswer, WireReply } from '../exchange.js';
import { bindingComplaint, fetchedBindingComplaint, fetchedInstanceComplaint, instanceComplaint, isObject, isRouteService } from './response-rules.js';
import type { ErrorName, OfferingRow } from './database.js';

/** What Cloud Controller makes of an answer. */
export type Verdict =
  | { readonly kind: 'done' | 'later'; readonly body: JsonBody }
  /** `orphan`: a delete is sent for what may have been made. */
  | { readonly kind: 'failed'; readonly error: ErrorName; readonly description: string; readonly orphan: boolean };

type Failure = Extract<Verdict, { kind: 'failed' }>;

/** What one poll tells. `ignored`: asked again, to the end of the polling time. */
export type Poll = { readonly state: 'succeeded' | 'failed' | 'in progress' | 'ignored'; readonly description: string };

export function parseProvision(reply: WireReply): Verdict {
  return parseCreate(reply, ['AsyncRequired', 'ConcurrencyError', 'MaintenanceInfoConflict'], instanceComplaint);
}

export function parseBind(reply: WireReply, offering: OfferingRow): Verdict {
  const verdict = parseCreate(reply, ['AsyncRequired', 'ConcurrencyError', 'RequiresApp'], bindingComplaint);
  if (verdict.kind === 'failed') return verdict;
  if (verdict.kind === 'later') return offering.bindingsRetrievable ? verdict : failed('BindingNotRetrievable', NOT_RETRIEVABLE);
  const { syslog_drain_url: drain, volume_mounts: mounts, route_service_url: route } = verdict.body;
  if (drain && !offering.requires.includes('syslog_drain')) return failed('InvalidSyslogDrainUrl', 'syslog_drain is not required', true);
  if (mounts && !offering.requires.includes('volume_mount')) return failed('InvalidVolumeMounts', 'volume_mount is not required', true);
  if (route && !isRouteService(route)) return failed('BadResponse', 'route_service_url is no https address', true);
  return verdict;
}

/** Nothing an update ends with is ever cleaned up. */
export function parseUpdate(reply: WireReply): Verdict {
  if (reply.kind !== 'answered') return lost(reply.kind, false);
  const { status } = reply;
  if (status === 200 || status === 202) return accepted(reply, instanceComplaint, false);
  const word = wordOf(reply);
  if (status === 422 && (word === 'AsyncRequired' || word === 'MaintenanceInfoConflict')) return failed(word, descriptionOf(reply));
  if (status === 409 || status === 410) return failed('BadResponse', descriptionOf(reply));
  return { ...refused(reply), orphan: false };
}

/** Of an instance or a binding. Gone is well; unknown is not. */
export function parseDelete(reply: WireReply): Verdict {
  if (reply.kind !== 'answered') return lost(reply.kind, false);
  if (reply.status === 410) return { kind: 'done', body: {} };
  if (reply.status === 200 || reply.status === 202) return accepted(reply, instanceComplaint, false);
  if (reply.status === 422 && wordOf(reply) === 'ConcurrencyError') return failed('OperationInProgress', descriptionOf(reply));
  return { ...refused(reply), orphan: false };
}

export function parseFetchedInstance(reply: WireReply): Verdict {
  return parseFetched(reply, fetchedInstanceComplaint);
}

export function parseFetchedBinding(reply: WireReply): Verdict {
  return parseFetched(reply, fetchedBindingComplaint);
}

export function parsePoll(reply: WireReply, type: 'create' | 'update' | 'delete'): Poll {
  if (reply.kind !== 'answered') return { state: 'ignored', description: reply.kind };
  const description = descriptionOf(reply);
  if (reply.status === 410) return { state: type === 'delete' ? 'succeeded' : 'in progress', description };
  if (reply.status === 400) return { state: 'failed', description };
  const state = reply.status === 200 ? objectIn(reply.text)?.['state'] : undefined;
  return STATES.has(state) ? { state, description } : { state: 'ignored', description };
}

const STATES: ReadonlySet<unknown> = new Set(['succeeded', 'failed', 'in progress']);
const NOT_RETRIEVABLE = 'the broker answered 202, but its bindings cannot be fetched';

type Complaint = (body: JsonBody) => string | undefined;

/** Creates are cleaned up after all that may have left something, but for a broken connection and a 408. */
function parseCreate(reply: WireReply, known: readonly string[], complaint: Complaint): Verdict {
  if (reply.kind !== 'answered') return lost(reply.kind, reply.kind === 'timeout');
  if ([200, 201, 202].includes(reply.status)) return accepted(reply, complaint, reply.status !== 200);
  if (reply.status !== 422) return refused(reply);
  const word = wordOf(reply) ?? '';
  if (!known.includes(word)) return failed('BadResponse', descriptionOf(reply), true);
  return failed(word === 'RequiresApp' ? 'AppRequired' : (word as ErrorName), descriptionOf(reply));
}

function accepted(reply: WireAnswer, complaint: Complaint, orphan: boolean): Verdict {
  const body = objectIn(reply.text);
  const malformed = body === undefined ? `no JSON object: ${reply.text.slice(0, 100)}` : complaint(body);
  if (malformed !== undefined) return failed('ResponseMalformed', malformed, orphan);
  return { kind: reply.status === 202 ? 'later' : 'done', body };
}

function refused(reply: WireAnswer): Failure {
  const { status } = reply;
  const description = descriptionOf(reply);
  if (status === 401) return failed('AuthenticationFailed', description);
  if (status === 408) return failed('ApiTimeout', description);
  if (status === 409) return failed('Conflict', description);
  if (status >= 300 && status < 400) return failed('HttpRequestError', description);
  if (status >= 400 && status < 500) return failed('RequestRejected', description);
  return failed('BadResponse', description, true);
}

function parseFetched(reply: WireReply, complaint: Complaint): Verdict {
  if (reply.kind !== 'answered') return lost(reply.kind, false);
  if (reply.status === 200) return accepted(reply, complaint, false);
  return { ...refused(reply), orphan: false };
}

const LOST = { refused: 'ApiUnreachable', reset: 'HttpRequestError', timeout: 'HttpClientTimeout' } as const;

const lost = (kind: keyof typeof LOST, orphan: boolean): Failure => failed(LOST[kind], kind, orphan);

/** The words of the broker go to the user, shortened where they are very long. */
function failed(error: ErrorName, description: string, orphan = false): Failure {
  const shown = Buffer.byteLength(description) > 16_384 ? description.slice(0, 8_192) : description;
  return { kind: 'failed', error, description: shown, orphan };
}

function wordOf(reply: WireAnswer): string | undefined {
  const word: unknown = objectIn(reply.text)?.['error'];
  return typeof word === 'string' ? word : undefined;
}

function descriptionOf(reply: WireAnswer): string {
  const description: unknown = objectIn(reply.text)?.['description'];
  return typeof description === 'string' ? description : `status ${reply.status}`;
}

function objectIn(text: string): Record<string, JsonBody> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
