import { randomUUID } from 'node:crypto';
import type { Json } from './answer.js';
import { originatingIdentity, type Ask, type Manner } from './manner.js';
import { idsOf, type Plan } from './plan.js';

/** Requests as the service-catalog of Kubernetes words them. Asynchronous binds are switched off there. */
export class ServiceCatalog implements Manner {
  readonly title = 'Kubernetes, service-catalog (OSB API 2.14)';
  readonly catalogPath = '/v2/catalog';
  readonly bindsAsynchronously = false;
  private readonly cluster = randomUUID();
  private readonly namespace = randomUUID();
  private readonly user = originatingIdentity('kubernetes', {
    username: 'system:serviceaccount:shop:deployer',
    uid: randomUUID(),
    groups: ['system:authenticated'],
    extra: {},
  });

  headers({ kind, hasBody }: Ask): Record<string, string> {
    return {
      'X-Broker-API-Version': '2.14',
      'User-Agent': 'Go-http-client/1.1',
      ...(kind === 'lifecycle' ? { 'X-Broker-API-Originating-Identity': this.user } : {}),
      ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
    };
  }

  provisionBody(plan: Plan): Json {
    return {
      ...idsOf(plan),
      organization_guid: this.cluster,
      space_guid: this.namespace,
      context: this.context(),
    };
  }

  /** The plan stays, so it is not named. */
  updateBody(plan: Plan): Json {
    return {
      service_id: plan.serviceId,
      parameters: {},
      previous_values: idsOf(plan),
      context: this.context(),
    };
  }

  bindBody(plan: Plan): Json {
    return { ...idsOf(plan), bind_resource: { app_guid: this.namespace }, context: this.context() };
  }

  private context(): Json {
    return { platform: 'kubernetes', namespace: 'shop', clusterid: this.cluster, instance_name: 'orders' };
  }
}
