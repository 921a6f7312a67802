import { basic } from '../../support/http-client.js';
import type { Exchange, WireReply, WireRequest } from '../exchange.js';
import { encode } from '../go-json.js';

/** The organization and the space everything lives in. */
export const HOME = { organization_guid: '0f1e2d3c-aaaa-4bbb-8ccc-111122223333', space_guid: '4b5a6978-dddd-4eee-8fff-444455556666' };

export interface PlanOf {
  readonly service_id: string;
  readonly plan_id: string;
}

export type Parameters = Readonly<Record<string, unknown>>;

/** Sends what Korifi sends: no user, no context, no identity of the request, a content type whether there is a body or not. */
export class BrokerClient {
  constructor(
    private readonly exchange: Exchange,
    private readonly login: { readonly username: string; readonly password: string },
  ) {}

  catalog(): Promise<WireReply> {
    return this.send('GET', '/v2/catalog');
  }

  provision(guid: string, plan: PlanOf, parameters: Parameters | undefined): Promise<WireReply> {
    return this.send('PUT', instance(guid), ACCEPTS_INCOMPLETE, { ...plan, ...HOME, parameters: parameters ?? null });
  }

  deprovision(guid: string, plan: PlanOf): Promise<WireReply> {
    return this.send('DELETE', instance(guid), { ...plan, ...ACCEPTS_INCOMPLETE });
  }

  /** Keys have an app as well: one without a name. */
  bind(guid: string, bindingGuid: string, plan: PlanOf, appGuid: string, parameters: Parameters | undefined): Promise<WireReply> {
    const body = { ...plan, app_guid: appGuid, bind_resource: { app_guid: appGuid }, parameters: parameters ?? null };
    return this.send('PUT', binding(guid, bindingGuid), ACCEPTS_INCOMPLETE, body);
  }

  unbind(guid: string, bindingGuid: string, plan: PlanOf): Promise<WireReply> {
    return this.send('DELETE', binding(guid, bindingGuid), { ...plan, ...ACCEPTS_INCOMPLETE });
  }

  /** Only for the parameters a user wants to see. */
  fetchBinding(guid: string, bindingGuid: string, plan: PlanOf): Promise<WireReply> {
    return this.send('GET', binding(guid, bindingGuid), { ...plan });
  }

  lastOperation(guid: string, bindingGuid: string | undefined, plan: PlanOf, operation: string): Promise<WireReply> {
    const path = bindingGuid === undefined ? instance(guid) : binding(guid, bindingGuid);
    return this.send('GET', `${path}/last_operation`, operation === '' ? { ...plan } : { ...plan, operation });
  }

  private send(method: WireRequest['method'], path: string, query: Readonly<Record<string, string>> = {}, body?: unknown): Promise<WireReply> {
    const search = new URLSearchParams(query);
    search.sort();
    return this.exchange.send({
      method,
      path: search.size > 0 ? `${path}?${search.toString()}` : path,
      headers: {
        'User-Agent': 'Go-http-client/1.1',
        'Accept-Encoding': 'gzip',
        'Content-Type': 'application/json',
        'X-Broker-Api-Version': '2.17',
        Authorization: basic(this.login.username, this.login.password),
      },
      ...(body === undefined ? {} : { body: encode(body) }),
    });
  }
}

const ACCEPTS_INCOMPLETE = { accepts_incomplete: 'true' };

const instance = (guid: string): string => `/v2/service_instances/${guid}`;
const binding = (guid: string, bindingGuid: string): string => `${instance(guid)}/service_bindings/${bindingGuid}`;
