import { basic, HttpClient, type Answer, type Ask } from './http-client.js';

export interface PlanIds {
  readonly serviceId: string;
  readonly planId: string;
}

type Change = Ask & { readonly acceptsIncomplete?: boolean };

/** A platform as seen from its own side: the ten routes of the OSB API. Ids are encoded here. */
export class OsbClient {
  readonly http: HttpClient;

  constructor(url: string, username: string, password: string, apiVersion = '2.17') {
    this.http = new HttpClient(url, { authorization: basic(username, password), 'x-broker-api-version': apiVersion });
  }

  catalog(ask: Ask = {}): Promise<Answer> {
    return this.http.request('GET', '/v2/catalog', ask);
  }

  provision(id: string, plan: PlanIds, more: Record<string, unknown> = {}, ask: Change = {}): Promise<Answer> {
    const body = { service_id: plan.serviceId, plan_id: plan.planId, organization_guid: 'org', space_guid: 'space', ...more };
    return this.http.request('PUT', instance(id), { ...mutation(ask), body });
  }

  update(id: string, serviceId: string, more: Record<string, unknown> = {}, ask: Change = {}): Promise<Answer> {
    return this.http.request('PATCH', instance(id), { ...mutation(ask), body: { service_id: serviceId, ...more } });
  }

  deprovision(id: string, plan: PlanIds, ask: Change = {}): Promise<Answer> {
    return this.http.request('DELETE', instance(id), deletion(plan, ask));
  }

  fetch(id: string, ask: Ask = {}): Promise<Answer> {
    return this.http.request('GET', instance(id), ask);
  }

  lastOperation(id: string, operation?: string): Promise<Answer> {
    return this.http.request('GET', `${instance(id)}/last_operation`, operation === undefined ? {} : { query: { operation } });
  }

  bind(id: string, bindingId: string, plan: PlanIds, more: Record<string, unknown> = {}, ask: Change = {}): Promise<Answer> {
    const body = { service_id: plan.serviceId, plan_id: plan.planId, ...more };
    return this.http.request('PUT', binding(id, bindingId), { ...mutation(ask), body });
  }

  unbind(id: string, bindingId: string, plan: PlanIds, ask: Change = {}): Promise<Answer> {
    return this.http.request('DELETE', binding(id, bindingId), deletion(plan, ask));
  }

  fetchBinding(id: string, bindingId: string, ask: Ask = {}): Promise<Answer> {
    return this.http.request('GET', binding(id, bindingId), ask);
  }

  lastBindingOperation(id: string, bindingId: string, operation?: string): Promise<Answer> {
    const query = operation === undefined ? {} : { query: { operation } };
    return this.http.request('GET', `${binding(id, bindingId)}/last_operation`, query);
  }

  /** Polls as a platform does until the operation has ended; answers what it ended with. */
  async ended(id: string, operation?: string, bindingId?: string): Promise<Answer> {
    for (let look = 0; look < 600; look += 1) {
      const answer = bindingId === undefined ? await this.lastOperation(id, operation) : await this.lastBindingOperation(id, bindingId, operation);
      if (answer.status !== 200 || answer.body['state'] !== 'in progress') return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`operation ${operation} of ${id} has not ended within 30 s`);
  }

  close(): Promise<void> {
    return this.http.close();
  }
}

const instance = (id: string): string => `/v2/service_instances/${encodeURIComponent(id)}`;
const binding = (id: string, bindingId: string): string => `${instance(id)}/service_bindings/${encodeURIComponent(bindingId)}`;

function mutation({ acceptsIncomplete, ...ask }: Change): Ask {
  return acceptsIncomplete ? { ...ask, query: { ...ask.query, accepts_incomplete: 'true' } } : ask;
}

function deletion(plan: PlanIds, ask: Change): Ask {
  const withIds = mutation(ask);
  return { ...withIds, query: { service_id: plan.serviceId, plan_id: plan.planId, ...withIds.query } };
}
