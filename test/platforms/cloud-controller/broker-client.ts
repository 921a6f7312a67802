import { randomUUID } from 'node:crypto';
import { basic } from '../../support/http-client.js';
import type { Exchange, WireReply, WireRequest } from '../exchange.js';

/** Where instances live: an organization, a space, and who works there. */
export const HOME = {
  organization: { guid: '6d1e4d2c-7f57-4d2f-9a5b-0c5f9f0c4a11', name: 'acme' },
  space: { guid: '1f9a0c57-33a8-49f5-8c7a-6d5a9b1c2e22', name: 'orders' },
  user: 'd3c5a8b0-2b7d-4a52-9e67-1b2c3d4e5f33',
};

export interface PlanOf {
  readonly service_id: string;
  readonly plan_id: string;
}

type Query = Readonly<Record<string, string>>;

/** Sends what Cloud Controller sends, to the letter: these headers, members and query strings, and no others. */
export class BrokerClient {
  constructor(
    private readonly exchange: Exchange,
    private readonly login: { readonly username: string; readonly password: string },
  ) {}

  catalog(): Promise<WireReply> {
    return this.send('GET', '/v2/catalog');
  }

  provision(guid: string, plan: PlanOf, name: string, more: Record<string, unknown>): Promise<WireReply> {
    const context = { ...contextOf(), instance_name: name, instance_annotations: {} };
    const body = { ...plan, organization_guid: HOME.organization.guid, space_guid: HOME.space.guid, context, ...more };
    return this.send('PUT', instance(guid), PATIENT, body);
  }

  /** `parameters` always, `{}` if there are none; `previous_values.maintenance_info` null if there was none. */
  update(guid: string, plan: PlanOf, name: string, previous: { plan_id: string; maintenance_info: unknown }, more: Record<string, unknown>): Promise<WireReply> {
    const { service_id } = plan;
    const previous_values = { ...previous, service_id, organization_id: HOME.organization.guid, space_id: HOME.space.guid };
    const body = { ...plan, previous_values, context: { ...contextOf(), instance_name: name }, parameters: {}, ...more };
    return this.send('PATCH', instance(guid), PATIENT, body);
  }

  deprovision(guid: string, plan: PlanOf): Promise<WireReply> {
    return this.send('DELETE', instance(guid), { ...PATIENT, ...plan });
  }

  bind(guid: string, bindingGuid: string, plan: PlanOf, more: Record<string, unknown>, query: Query = PATIENT): Promise<WireReply> {
    return this.send('PUT', binding(guid, bindingGuid), query, { ...plan, context: contextOf(), ...more });
  }

  unbind(guid: string, bindingGuid: string, plan: PlanOf, query: Query = PATIENT): Promise<WireReply> {
    return this.send('DELETE', binding(guid, bindingGuid), { ...query, ...plan });
  }

  /** Without a single parameter. */
  fetch(guid: string, bindingGuid?: string): Promise<WireReply> {
    return this.send('GET', pathOf(guid, bindingGuid));
  }

  lastOperation(guid: string, bindingGuid: string | undefined, plan: PlanOf, operation?: string): Promise<WireReply> {
    const query = { ...(operation === undefined ? {} : { operation }), ...plan };
    return this.send('GET', `${pathOf(guid, bindingGuid)}/last_operation`, query);
  }

  private send(method: WireRequest['method'], path: string, query: Query = {}, body?: unknown): Promise<WireReply> {
    const search = new URLSearchParams(query);
    search.sort();
    return this.exchange.send({
      method,
      path: search.size > 0 ? `${path}?${search.toString()}` : path,
      headers: this.headers(body !== undefined),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** The request identity is a new one for each call: no retry can be known by it. */
  private headers(withBody: boolean): Record<string, string> {
    return {
      'X-Broker-Api-Version': '2.15',
      'X-VCAP-Request-ID': `${randomUUID()}::${randomUUID()}`,
      'X-Broker-API-Request-Identity': randomUUID(),
      Accept: 'application/json',
      'X-Api-Info-Location': 'api.cf.example.com/',
      'X-Broker-Api-Originating-Identity': `cloudfoundry ${Buffer.from(JSON.stringify({ user_id: HOME.user })).toString('base64')}`,
      'X-B3-TraceId': randomUUID().replaceAll('-', ''),
      'X-B3-SpanId': randomUUID().replaceAll('-', '').slice(16),
      ...(withBody ? { 'Content-Type': 'application/json' } : {}),
      Authorization: basic(this.login.username, this.login.password),
    };
  }
}

/** Every call but those of old service keys. */
export const PATIENT: Query = { accepts_incomplete: 'true' };
export const IMPATIENT: Query = {};

const instance = (guid: string): string => `/v2/service_instances/${guid}`;
const binding = (guid: string, bindingGuid: string): string => `${instance(guid)}/service_bindings/${bindingGuid}`;

function pathOf(guid: string, bindingGuid: string | undefined): string {
  return bindingGuid === undefined ? instance(guid) : binding(guid, bindingGuid);
}

function contextOf(): Record<string, unknown> {
  const { organization, space } = HOME;
  return {
    platform: 'cloudfoundry',
    organization_guid: organization.guid,
    space_guid: space.guid,
    organization_name: organization.name,
    space_name: space.name,
    organization_annotations: {},
    space_annotations: {},
  };
}
