import { randomUUID } from 'node:crypto';
import type { Json } from './answer.js';
import type { Manner } from './manner.js';
import { idsOf, type Plan } from './plan.js';

/** Requests as Korifi words them: no identity, no context, null and empty members, a content type on everything. */
export class Korifi implements Manner {
  readonly title = 'Kubernetes, Korifi (OSB API 2.17)';
  readonly catalogPath = '/v2/catalog';
  readonly bindsAsynchronously = true;
  private readonly organization = randomUUID();
  private readonly space = randomUUID();

  headers(): Record<string, string> {
    return { 'X-Broker-API-Version': '2.17', 'User-Agent': 'Go-http-client/1.1', 'Content-Type': 'application/json' };
  }

  provisionBody(plan: Plan): Json {
    return { ...idsOf(plan), organization_guid: this.organization, space_guid: this.space, parameters: null };
  }

  bindBody(plan: Plan): Json {
    return { ...idsOf(plan), app_guid: '', bind_resource: { app_guid: '' }, parameters: null };
  }
}
