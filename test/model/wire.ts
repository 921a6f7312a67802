import type { OsbClient } from '../support/osb-client.js';
import type { Told } from './explain.js';
import { valueOf, type Request } from './requests.js';

const OFFERING = 'model';

/** Sends a request as a platform would, with ids of this history. */
export async function send(osb: OsbClient, prefix: string, request: Request): Promise<Told> {
  const { method, query = {}, body } = onWire(request);
  const sent = body === undefined ? {} : { body };
  const answer = await osb.http.request(method, pathOf(prefix, request), { query, ...sent });
  const { error, state, operation, plan_id, parameters } = answer.body;
  const shows = { ...defined('plan', plan_id?.slice(OFFERING.length + 1)), ...defined('a', parameters?.a) };
  return { status: answer.status, ...defined('word', error ?? state), ...defined('operation', operation), shows };
}

function pathOf(prefix: string, request: Request): string {
  const { instance, binding } = request;
  const path = `/v2/service_instances/${prefix}${instance}${binding === undefined ? '' : `/service_bindings/${binding}`}`;
  return request.does === 'poll' ? `${path}/last_operation` : path;
}

interface OnWire {
  readonly method: string;
  readonly query?: Record<string, string>;
  readonly body?: Record<string, unknown>;
}

function onWire(request: Request): OnWire {
  if (request.does === 'fetch') return { method: 'GET' };
  if (request.does === 'poll') return { method: 'GET', query: defined('operation', request.operation) };
  const patience = request.patient ? { accepts_incomplete: 'true' } : {};
  const ids = { ...serviceOf(request), ...defined('plan_id', request.plan && `${OFFERING}-${request.plan}`) };
  if (request.does === 'deprovision' || request.does === 'unbind') return { method: 'DELETE', query: { ...ids, ...patience } };
  const { parameters } = request;
  const body = { ...ids, ...(parameters === 'none' ? {} : { parameters: valueOf(parameters) }) };
  if (request.does === 'update') return { method: 'PATCH', query: patience, body };
  if (request.does === 'bind') return { method: 'PUT', query: patience, body: { ...body, ...defined('predecessor_binding_id', request.predecessor) } };
  return { method: 'PUT', query: patience, body: { ...body, organization_guid: 'org', space_guid: request.space } };
}

function serviceOf({ service }: { readonly service: 'own' | 'other' | 'absent' }): Record<string, string> {
  if (service === 'absent') return {};
  return { service_id: service === 'own' ? `${OFFERING}-service` : `${OFFERING}-service-1` };
}

const defined = <K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } =>
  (value === undefined || value === null ? {} : { [key]: value }) as { [P in K]?: V };
