import { randomBytes, randomUUID } from 'node:crypto';
import type { Json } from './answer.js';
import { originatingIdentity, type Ask, type Manner } from './manner.js';
import { idsOf, type Plan } from './plan.js';

/** Requests as Cloud Controller words them. */
export class CloudFoundry implements Manner {
  readonly title = 'Cloud Foundry (OSB API 2.15)';
  /** It glues the address of the broker, here one with a slash at its end, and the path together. */
  readonly catalogPath = '//v2/catalog';
  readonly bindsAsynchronously = true;
  private readonly user = originatingIdentity('cloudfoundry', { user_id: randomUUID() });
  private readonly organization = randomUUID();
  private readonly space = randomUUID();
  private readonly app = randomUUID();

  headers({ hasBody }: Ask): Record<string, string> {
    return {
      'X-Broker-Api-Version': '2.15',
      'X-VCAP-Request-ID': randomUUID(),
      'X-Broker-API-Request-Identity': randomUUID(),
      'X-Broker-API-Originating-Identity': this.user,
      'X-Api-Info-Location': 'api.cf.example/',
      'X-B3-TraceId': randomBytes(16).toString('hex'),
      'X-B3-SpanId': randomBytes(8).toString('hex'),
      Accept: 'application/json',
      ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
    };
  }

  provisionBody(plan: Plan): Json {
    return {
      ...idsOf(plan),
      organization_guid: this.organization,
      space_guid: this.space,
      context: { ...this.context(), instance_name: 'orders', instance_annotations: {} },
    };
  }

  updateBody(from: Plan, to: Plan): Json {
    return {
      ...idsOf(to),
      previous_values: {
        ...idsOf(from),
        organization_id: this.organization,
        space_id: this.space,
        maintenance_info: null,
      },
      context: { ...this.context(), instance_name: 'orders' },
      parameters: {},
    };
  }

  appBindBody(plan: Plan): Json {
    return {
      ...idsOf(plan),
      app_guid: this.app,
      bind_resource: { app_guid: this.app, space_guid: this.space, app_annotations: {} },
      context: this.context(),
    };
  }

  keyBindBody(plan: Plan, parameters: Json): Json {
    return { ...idsOf(plan), bind_resource: {}, context: this.context(), parameters };
  }

  private context(): Json {
    return {
      platform: 'cloudfoundry',
      organization_guid: this.organization,
      space_guid: this.space,
      organization_name: 'shop',
      space_name: 'production',
      organization_annotations: {},
      space_annotations: {},
    };
  }
}
