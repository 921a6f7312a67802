import type { JsonBody } from '../../support/http-client.js';
import type { WireReply } from '../exchange.js';
import { decode, type GoType } from '../go-json.js';

/** What Korifi makes of an answer. `unrecoverable`: not to be tried again; `error`: to be tried again. */
export type Outcome =
  | { readonly kind: 'done'; readonly body: JsonBody }
  | { readonly kind: 'later'; readonly operation: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unrecoverable' | 'error'; readonly message: string };

const OPERATION: GoType = { operation: 'string' };
const PARAMETERS: GoType = { parameters: 'map' };
const SCHEMAS: GoType = { service_instance: { create: PARAMETERS, update: PARAMETERS }, service_binding: { create: PARAMETERS } };

const PLAN: GoType = {
  id: 'string',
  name: 'string',
  description: 'string',
  metadata: 'map',
  free: 'boolean',
  bindable: 'boolean',
  binding_rotatable: 'boolean',
  plan_updateable: 'boolean',
  schemas: SCHEMAS,
  maintenance_info: { version: 'string' },
};

const SERVICE: GoType = {
  id: 'string',
  name: 'string',
  description: 'string',
  tags: ['string'],
  requires: ['string'],
  metadata: 'map',
  plan_updateable: 'boolean',
  bindable: 'boolean',
  instances_retrievable: 'boolean',
  bindings_retrievable: 'boolean',
  allow_context_updates: 'boolean',
  dashboard_client: { id: 'string', secret: 'string', redirect_url: 'string' },
  plans: [PLAN],
};

export function readCatalog(reply: WireReply): Outcome {
  if (reply.kind !== 'answered') return { kind: 'error', message: reply.kind };
  if (reply.status > 300) return { kind: 'error', message: `getting service catalog request failed with status code: ${reply.status}` };
  return decoded(reply.text, { services: [SERVICE] });
}

export const readProvision = (reply: WireReply): Outcome => read(reply, OPERATION, [400, 409, 422]);

export const readBind = (reply: WireReply): Outcome => read(reply, { credentials: 'map', operation: 'string' }, [400, 409, 422]);

/** Of an instance or a binding. A conflict is tried again here. */
export function readDelete(reply: WireReply): Outcome {
  if (reply.kind === 'answered' && reply.status === 410) return { kind: 'gone' };
  return read(reply, OPERATION, [400, 422]);
}

/** Any state but the two ends is in progress. */
export function readLastOperation(reply: WireReply): Outcome {
  if (reply.kind !== 'answered') return { kind: 'error', message: reply.kind };
  if (reply.status === 410) return { kind: 'gone' };
  if (reply.status !== 200) return { kind: 'error', message: `last operation request failed with code: ${reply.status}` };
  return decoded(reply.text, { state: 'string', description: 'string' });
}

/** Nothing but a 404 is an error, but the body must be JSON. */
export function readFetchedBinding(reply: WireReply): Outcome {
  if (reply.kind !== 'answered') return { kind: 'error', message: reply.kind };
  if (reply.status === 404) return { kind: 'unrecoverable', message: 'The server responded with status: 404' };
  return decoded(reply.text, PARAMETERS);
}

function read(reply: WireReply, type: GoType, unrecoverable: readonly number[]): Outcome {
  if (reply.kind !== 'answered') return { kind: 'error', message: reply.kind };
  const { status, text } = reply;
  if (unrecoverable.includes(status)) return { kind: 'unrecoverable', message: `The server responded with status: ${status}` };
  if (status >= 300) return { kind: 'error', message: `request failed with status code: ${status}` };
  const outcome = decoded(text, type);
  if (outcome.kind !== 'done' || status !== 202) return outcome;
  return { kind: 'later', operation: outcome.body.operation ?? '' };
}

function decoded(text: string, type: GoType): Outcome {
  const result = decode(text, type);
  if ('error' in result) return { kind: 'error', message: `failed to unmarshal response: ${result.error}` };
  return { kind: 'done', body: result.value };
}
