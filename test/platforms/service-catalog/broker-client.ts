import { basic } from '../../support/http-client.js';
import type { Exchange, WireReply, WireRequest } from '../exchange.js';
import { encode } from '../go-json.js';

/** The cluster, one namespace in it and the user who works there. */
export const CLUSTER = {
  id: '3e1b8a0c-55d1-4c0e-9b0e-7d1c2a9f6b10',
  namespace: { name: 'orders', uid: '8f0d2a44-1c9b-4f6e-8a53-2b7c5d9e0f21' },
  user: { username: 'jane@example.com', uid: 'u-17', groups: ['system:authenticated'], extra: {} },
};

export interface PlanOf {
  readonly service_id: string;
  readonly plan_id: string;
}

export type Parameters = Readonly<Record<string, unknown>>;

type Query = Readonly<Record<string, string>>;

/** Sends what the controller sends through its client library: a Go program's headers, and no identity of the request. */
export class BrokerClient {
  constructor(
    private readonly exchange: Exchange,
    private readonly login: { readonly username: string; readonly password: string },
  ) {}

  catalog(): Promise<WireReply> {
    return this.send('GET', '/v2/catalog', { identified: false });
  }

  provision(id: string, plan: PlanOf, name: string, parameters?: Parameters): Promise<WireReply> {
    const ids = { organization_guid: CLUSTER.id, space_guid: CLUSTER.namespace.uid };
    const body = { ...plan, ...ids, ...present({ parameters }), context: contextOf(name) };
    return this.send('PUT', instance(id), { query: ACCEPTS_INCOMPLETE, body });
  }

  /** Names only what changes. Parameters that were taken away are an empty map, which is not sent at all. */
  update(id: string, serviceId: string, name: string, change: UpdateOf): Promise<WireReply> {
    const { planId: plan_id, parameters, previousPlanId } = change;
    const previous_values = { ...(previousPlanId === undefined ? {} : { plan_id: previousPlanId }), service_id: serviceId };
    const changed = { ...(plan_id === undefined ? {} : { plan_id }), ...present({ parameters }) };
    const body = { service_id: serviceId, ...changed, context: contextOf(name), previous_values };
    return this.send('PATCH', instance(id), { query: ACCEPTS_INCOMPLETE, body });
  }

  deprovision(id: string, plan: PlanOf): Promise<WireReply> {
    return this.send('DELETE', instance(id), { query: { ...ACCEPTS_INCOMPLETE, ...plan } });
  }

  bind(id: string, bindingId: string, plan: PlanOf, name: string, { parameters, acceptsIncomplete }: BindOf): Promise<WireReply> {
    const body = { ...plan, ...present({ parameters }), bind_resource: { app_guid: CLUSTER.namespace.uid }, context: contextOf(name) };
    return this.send('PUT', binding(id, bindingId), { query: acceptsIncomplete ? ACCEPTS_INCOMPLETE : {}, body });
  }

  unbind(id: string, bindingId: string, plan: PlanOf, acceptsIncomplete: boolean): Promise<WireReply> {
    return this.send('DELETE', binding(id, bindingId), { query: { ...(acceptsIncomplete ? ACCEPTS_INCOMPLETE : {}), ...plan } });
  }

  /** Without a single parameter, and without the user. */
  fetchBinding(id: string, bindingId: string): Promise<WireReply> {
    return this.send('GET', binding(id, bindingId), { identified: false });
  }

  lastOperation(id: string, bindingId: string | undefined, plan: PlanOf, operation: string | undefined): Promise<WireReply> {
    const path = bindingId === undefined ? instance(id) : binding(id, bindingId);
    const query = operation === undefined || operation === '' ? plan : { ...plan, operation };
    return this.send('GET', `${path}/last_operation`, { query: { ...query } });
  }

  private send(method: WireRequest['method'], path: string, { query = {}, body, identified = true }: Sent): Promise<WireReply> {
    const search = new URLSearchParams(query);
    search.sort();
    return this.exchange.send({
      method,
      path: search.size > 0 ? `${path}?${search.toString()}` : path,
      headers: {
        'User-Agent': 'Go-http-client/1.1',
        'Accept-Encoding': 'gzip',
        'X-Broker-Api-Version': '2.14',
        Authorization: basic(this.login.username, this.login.password),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(identified ? { 'X-Broker-Api-Originating-Identity': IDENTITY } : {}),
      },
      ...(body === undefined ? {} : { body: encode(body) }),
    });
  }
}

export interface UpdateOf {
  readonly planId?: string | undefined;
  readonly parameters?: Parameters | undefined;
  readonly previousPlanId?: string | undefined;
}

interface BindOf {
  readonly parameters?: Parameters | undefined;
  readonly acceptsIncomplete: boolean;
}

interface Sent {
  readonly query?: Query;
  readonly body?: unknown;
  readonly identified?: boolean;
}

const ACCEPTS_INCOMPLETE: Query = { accepts_incomplete: 'true' };
const IDENTITY = `kubernetes ${Buffer.from(encode(CLUSTER.user)).toString('base64')}`;

const instance = (id: string): string => `/v2/service_instances/${id}`;
const binding = (id: string, bindingId: string): string => `${instance(id)}/service_bindings/${bindingId}`;

/** An empty map is left out. */
function present({ parameters }: { readonly parameters: Parameters | undefined }): Record<string, unknown> {
  return parameters === undefined || Object.keys(parameters).length === 0 ? {} : { parameters };
}

function contextOf(instanceName: string): Record<string, unknown> {
  return { clusterid: CLUSTER.id, instance_name: instanceName, namespace: CLUSTER.namespace.name, platform: 'kubernetes' };
}
