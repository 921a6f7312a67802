import { BINDING_ROLES } from './bind.js';
import type { PostgresqlPlan, PostgresqlSettings } from './settings.js';

const DEFAULT_SERVICE = { id: 'babb061e-2320-401f-81a8-a0a140f9d917', name: 'postgresql' };

const DEFAULT_PLANS: readonly PostgresqlPlan[] = [
  {
    id: 'f2890784-bd3e-4492-b55d-5f124de792eb',
    name: 'small',
    description: 'A database with up to 20 connections',
    connectionLimit: 20,
  },
  {
    id: '68c2a464-5dfb-4bc2-b90a-77b77fb4e3bd',
    name: 'large',
    description: 'A database with up to 100 connections',
    connectionLimit: 100,
  },
];

/** The plans on offer: the operator's, else the default ones. */
export function offeredPlans(settings: PostgresqlSettings): readonly PostgresqlPlan[] {
  return settings.plans ?? DEFAULT_PLANS;
}

/** The catalog (OSB 2.17, Catalog Management): one service, a plan for each connection limit. */
export function catalog(settings: PostgresqlSettings): unknown {
  return {
    services: [
      {
        id: settings.serviceId ?? DEFAULT_SERVICE.id,
        name: settings.serviceName ?? DEFAULT_SERVICE.name,
        description: 'PostgreSQL databases on a shared server',
        tags: ['postgresql', 'postgres', 'relational', 'sql'],
        bindable: true,
        plan_updateable: true,
        metadata: {
          displayName: 'PostgreSQL',
          longDescription: 'Each instance is a database of its own; each binding is a login of its own.',
        },
        plans: offeredPlans(settings).map(describePlan),
      },
    ],
  };
}

function describePlan(plan: PostgresqlPlan): unknown {
  const extensions = (plan.extensions ?? []).map((name) => `Extension ${name}`);
  return {
    id: plan.id,
    name: plan.name,
    description: plan.description,
    free: true,
    bindable: true,
    metadata: { bullets: [`Up to ${plan.connectionLimit} connections`, ...extensions] },
    schemas: {
      service_instance: { create: { parameters: parameterSchema({}) }, update: { parameters: parameterSchema({}) } },
      service_binding: { create: { parameters: parameterSchema({ role: ROLE_SCHEMA }) } },
    },
  };
}

const ROLE_SCHEMA = {
  type: 'string',
  enum: BINDING_ROLES,
  default: 'readwrite',
  description: 'What the login may do: change everything in the database, or only read it.',
};

/** Draft 4, the only one every platform reads. */
function parameterSchema(properties: Record<string, unknown>): unknown {
  return {
    $schema: 'http://json-schema.org/draft-04/schema#',
    type: 'object',
    properties,
    additionalProperties: false,
  };
}
