import type { ServiceOffering, ServicePlan } from '../offering.js';

/** `$schema` of every draft the gateway knows. */
export const DRAFTS = {
  'draft-04': 'http://json-schema.org/draft-04/schema#',
  'draft-06': 'http://json-schema.org/draft-06/schema#',
  'draft-07': 'http://json-schema.org/draft-07/schema#',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
} as const;

/** A catalog as a backend sends it, with every optional field of the spec in use. */
export function sampleCatalog(name = 'mysql'): { services: Record<string, unknown>[] } {
  return { services: [sampleService(name), sampleService(`${name}-cluster`)] };
}

export function sampleService(name: string): Record<string, unknown> {
  return {
    id: `${name}-id`,
    name,
    description: `A ${name} for everyone.`,
    bindable: true,
    tags: ['relational', 'sql'],
    requires: ['syslog_drain'],
    instances_retrievable: false,
    bindings_retrievable: true,
    allow_context_updates: true,
    plan_updateable: true,
    metadata: { displayName: name, shareable: true, documentationUrl: 'https://docs.example.org' },
    dashboard_client: { id: `${name}-client`, secret: 'dashboard-secret', redirect_uri: 'https://dash.example.org' },
    plans: [samplePlan(`${name}-small`), samplePlan(`${name}-large`)],
  };
}

export function samplePlan(name: string): Record<string, unknown> {
  return {
    id: `${name}-id`,
    name,
    description: `The ${name} plan.`,
    free: false,
    bindable: true,
    binding_rotatable: true,
    plan_updateable: false,
    maximum_polling_duration: 3600,
    metadata: { displayName: name, bullets: ['fast'], costs: [{ amount: { usd: 9.5 }, unit: 'MONTHLY' }] },
    maintenance_info: { version: '2.1.1+abcdef', description: 'A new image.' },
    schemas: {
      service_instance: { create: { parameters: sampleSchema() }, update: { parameters: sampleSchema() } },
      service_binding: { create: { parameters: sampleSchema() } },
    },
  };
}

export function sampleSchema($schema: string = DRAFTS['draft-04']): Record<string, unknown> {
  return { $schema, type: 'object', properties: { sizeGb: { type: 'integer', minimum: 1 } } };
}

/** An offering that was read, for what comes after reading. */
export function offeringOf(
  id: string,
  planIds: readonly string[],
  more: Partial<ServiceOffering> = {},
): ServiceOffering {
  const name = more.name ?? id;
  return {
    id,
    name,
    description: id,
    bindable: true,
    instancesRetrievable: true,
    bindingsRetrievable: true,
    backendFlags: { instancesRetrievable: false, bindingsRetrievable: false },
    allowContextUpdates: false,
    requires: [],
    plans: planIds.map((planId) => planOf(planId)),
    wire: { id, name, description: id, bindable: true },
    ...more,
  };
}

export function planOf(id: string, more: Partial<ServicePlan> = {}): ServicePlan {
  const name = more.name ?? id;
  const wire = more.wire ?? { id, name, description: id };
  return {
    id,
    name,
    description: id,
    free: true,
    bindable: true,
    planUpdateable: false,
    bindingRotatable: false,
    schemas: {},
    wire,
    cloudFoundryWire: wire,
    ...more,
  };
}
