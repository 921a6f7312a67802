import type { JsonBody } from '../../support/http-client.js';
import type { WireAnswer, WireReply } from '../exchange.js';
import { decode, type GoType } from '../go-json.js';

/** What the client library makes of an answer; `http` also of a good status with a body it cannot read. */
export type Outcome =
  | { readonly kind: 'done'; readonly body: JsonBody }
  | { readonly kind: 'later'; readonly body: JsonBody }
  | { readonly kind: 'http'; readonly status: number; readonly message: string }
  | { readonly kind: 'timeout' | 'lost'; readonly message: string };

export type Failed = Exclude<Outcome, { readonly kind: 'done' | 'later' }>;

interface Reading {
  readonly done: readonly number[];
  readonly type: GoType;
  /** Whether the request said so; without it a 202 is an error. */
  readonly acceptsIncomplete: boolean;
}

const OPERATION = { operation: 'string' } as const;
const CREDENTIALS = { credentials: 'map', syslog_drain_url: 'string', route_service_url: 'string', volume_mounts: ['any'] } as const;

const PLAN: GoType = { id: 'string', name: 'string', description: 'string', free: 'boolean', bindable: 'boolean', metadata: 'map', schemas: 'map' };

const SERVICE: GoType = {
  id: 'string',
  name: 'string',
  description: 'string',
  tags: ['string'],
  requires: ['string'],
  bindable: 'boolean',
  instances_retrievable: 'boolean',
  bindings_retrievable: 'boolean',
  plan_updateable: 'boolean',
  plans: [PLAN],
  dashboard_client: { id: 'string', secret: 'string', redirect_uri: 'string' },
  metadata: 'map',
};

export const readCatalog = (reply: WireReply): Outcome => read(reply, { done: [200], type: { services: [SERVICE] }, acceptsIncomplete: false });

export const readProvision = (reply: WireReply): Outcome =>
  read(reply, { done: [200, 201], type: { async: 'boolean', dashboard_url: 'string', ...OPERATION }, acceptsIncomplete: true });

export const readUpdate = (reply: WireReply): Outcome =>
  read(reply, { done: [200], type: { dashboard_url: 'string', ...OPERATION }, acceptsIncomplete: true });

/** Nobody looks into the body of a 200 or a 410. */
export function readDeprovision(reply: WireReply): Outcome {
  if (reply.kind === 'answered' && [200, 410].includes(reply.status)) return { kind: 'done', body: {} };
  const outcome = read(reply, { done: [], type: OPERATION, acceptsIncomplete: true });
  return outcome.kind === 'http' && outcome.status === 202 ? { kind: 'lost', message: outcome.message } : outcome;
}

export const readBind = (reply: WireReply, acceptsIncomplete: boolean): Outcome =>
  read(reply, { done: [200, 201], type: { async: 'boolean', ...CREDENTIALS, ...OPERATION }, acceptsIncomplete });

/** Here the body counts, also that of a 410. */
export const readUnbind = (reply: WireReply, acceptsIncomplete: boolean): Outcome =>
  read(reply, { done: [200, 410], type: { async: 'boolean', ...OPERATION }, acceptsIncomplete });

export const readFetchedBinding = (reply: WireReply): Outcome =>
  read(reply, { done: [200], type: { ...CREDENTIALS, parameters: 'map' }, acceptsIncomplete: false });

/** Retry-After is not looked at. */
export const readLastOperation = (reply: WireReply): Outcome =>
  read(reply, { done: [200], type: { state: 'string', description: 'string' }, acceptsIncomplete: false });

function read(reply: WireReply, { done, type, acceptsIncomplete }: Reading): Outcome {
  if (reply.kind !== 'answered') return { kind: reply.kind === 'timeout' ? 'timeout' : 'lost', message: reply.kind };
  const isLater = acceptsIncomplete && reply.status === 202;
  if (!isLater && !done.includes(reply.status)) return refusal(reply);
  const decoded = decode(reply.text, type);
  if ('error' in decoded) return httpError(reply.status, `ResponseError: ${decoded.error}`);
  const kind = isLater || decoded.value.async === true ? 'later' : 'done';
  return { kind, body: decoded.value };
}

/** The members of an error count only where they are texts. */
function refusal({ status, text }: WireAnswer): Outcome {
  const decoded = decode(text, 'map');
  if ('error' in decoded) return httpError(status, `ResponseError: ${decoded.error}`);
  const { error, description } = decoded.value;
  const shown = (member: unknown): string => (typeof member === 'string' ? member : '<nil>');
  return httpError(status, `ErrorMessage: ${shown(error)}; Description: ${shown(description)}; ResponseError: <nil>`);
}

const httpError = (status: number, message: string): Outcome => ({ kind: 'http', status, message: `Status: ${status}; ${message}` });
