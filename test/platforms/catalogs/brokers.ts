import { DRAFT_04, DRAFT_06, DRAFT_2020, dataUri, schemasOf, uuidOf, type Catalog } from './shapes.js';

/** A chart is a service, a version of it a plan; ids are names. */
export function charts(): Catalog {
  const versionsOf = { mysql: ['5-7-28', '8-0-18'], mariadb: ['10-3-18'], postgresql: ['11-5-0', '11-6-0'], redis: ['5-0-7'], rabbitmq: ['3-8-1'], mongodb: ['4-0-14'] };
  return {
    services: Object.entries(versionsOf).map(([name, versions]) => ({
      id: name,
      name: `chart-${name}`,
      description: `Chart of ${name}.`,
      bindable: true,
      tags: ['database', name],
      plans: versions.map((version) => ({ id: `${name}-${version}`, name: version, description: `Version ${version}.`, free: true })),
    })),
  };
}

/** Playbooks with a form beside their schemas, and members of metadata with dots and slashes in their names. */
export function playbooks(): Catalog {
  const parameters = { $schema: DRAFT_04, type: 'object', additionalProperties: false, properties: { size: { type: 'string', title: 'Size', enum: ['s', 'm'], default: 's' }, admin: { type: 'string', title: 'Name', maxLength: 63 } }, required: ['admin'] };
  const form = ['admin', { key: 'size', type: 'select' }];
  const action = { parameters, openshift_form_definition: form };
  const schemas = { service_instance: { create: action, update: { parameters: { ...parameters, required: [] } } }, service_binding: { create: { parameters: { $schema: DRAFT_04 } } } };
  return {
    services: ['hello-world', 'mediawiki', 'postgresql'].map((name) => ({
      id: uuidOf(`playbook ${name}`).replaceAll('-', ''),
      name: `dh-${name}-apb`,
      description: `A playbook bundle for ${name}.`,
      bindable: true,
      plan_updateable: true,
      metadata: { displayName: name, 'console.openshift.io/iconClass': 'icon-postgresql', dependencies: ['docker.io/library'], imageUrl: null },
      plans: ['dev', 'prod'].map((plan) => ({ id: uuidOf(`playbook ${name} ${plan}`), name: plan, description: plan, free: plan === 'dev', metadata: { cost: '$5.99 monthly', bullets: [{ text: 'One node' }] }, schemas })),
    })),
  };
}

/** Addons of Helm repositories, with labels that are objects and subschemas that are true. */
export function addons(): Catalog {
  const schema = { $schema: DRAFT_06, type: 'object', properties: { planName: { const: 'micro' }, labels: true, config: { type: 'object', additionalProperties: { type: ['string', 'null'] } } } };
  return {
    services: ['redis', 'gcp', 'testing'].map((name) => ({
      id: uuidOf(`addon ${name}`),
      name: `addon-${name}`,
      description: `Addon ${name}.`,
      bindable: true,
      bindings_retrievable: true,
      metadata: { displayName: name, labels: { provisionOnlyOnce: 'true' }, imageUrl: dataUri(2_000) },
      plans: ['micro', 'enterprise'].map((plan) => ({ id: uuidOf(`addon ${name} ${plan}`), name: plan, description: plan, schemas: schemasOf(schema) })),
    })),
  };
}

/** Clusters on demand, with dashboards, versions and schemas that an adapter makes. */
export function onDemand(): Catalog {
  const schema = { $schema: DRAFT_04, type: 'object', properties: { maxclients: { type: 'integer', minimum: 1 }, password: { type: 'string', description: 'At most 64 characters.' } }, additionalProperties: false };
  const plan = (name: string) => ({
    id: uuidOf(`on demand ${name}`),
    name,
    description: `Cluster ${name}.`,
    free: false,
    bindable: true,
    maximum_polling_duration: 7_200,
    maintenance_info: { version: '2.1.0-build.5', description: 'OS image update.' },
    metadata: { displayName: name, bullets: ['3 nodes', 'Backups'], costs: [{ amount: { usd: 99.5, eur: 89 }, unit: 'MONTHLY' }] },
    schemas: schemasOf(schema),
  });
  const client = { id: 'p-redis-client', secret: 'dashboard-secret', redirect_uri: 'https://redis.example.org/callback' };
  return { services: [{ id: uuidOf('on demand'), name: 'p.redis', description: 'Redis on demand.', bindable: true, plan_updateable: true, requires: [], metadata: { shareable: true }, dashboard_client: client, plans: ['cache-small', 'cache-large'].map(plan) }] };
}

/** A fabric of managers; what a platform need not know stands in plans beside the members of the specification. */
export function fabric(): Catalog {
  const schema = { $schema: DRAFT_2020, type: 'object', properties: { access_token: { type: 'string', nullable: true }, settings: { $ref: '#/$defs/settings' } }, $defs: { settings: { type: 'object', unevaluatedProperties: false } } };
  return {
    services: ['blueprint', 'docker', 'mongodb'].map((name) => ({
      id: uuidOf(`fabric ${name}`),
      name: `fabric-${name}`,
      description: `${name} service.`,
      bindable: true,
      instances_retrievable: true,
      bindings_retrievable: true,
      allow_context_updates: true,
      metadata: { displayName: name, longDescription: name, providerDisplayName: 'Fabric', supportedPlatforms: ['cloudfoundry', 'kubernetes'] },
      plans: ['v1.0-xsmall', 'v1.0-large'].map((plan) => ({ id: uuidOf(`fabric ${name} ${plan}`), name: plan, description: plan, manager: { name: 'director', settings: { memory: 128 } }, schemas: schemasOf(schema), metadata: { bullets: [] } })),
    })),
  };
}

/** One service, one free plan, no schema. */
export function hosted(): Catalog {
  const plan = { id: 'e64a8b50-be7f-48cf-9010-9ccb7fe075b5', name: 'duck', description: 'Five topics.', free: true, metadata: { bullets: ['5 topics', '28 days'], costs: [{ amount: { usd: 0 }, unit: 'MONTHLY' }] } };
  const metadata = { displayName: 'Kafka', imageUrl: dataUri(8_000), documentationUrl: 'https://docs.example.org/kafka' };
  return { services: [{ id: 'd21df959-6da8-495f-a8b6-ddc51d49eea2', name: 'cloudkarafka', description: 'Hosted Kafka.', bindable: true, tags: ['kafka'], metadata, plans: [plan] }] };
}
