import { DRAFT_04, DRAFT_06, DRAFT_07, dataUri, schemasOf, uuidOf, type Catalog, type Entry } from './shapes.js';

const TEMPLATES = [
  'athena', 'auroramysql', 'aurorapostgres', 'cognito', 'documentdb', 'dynamodb', 'elasticache', 'elasticsearch', 'emr', 'kinesis',
  'kms', 'lex', 'msk', 'polly', 'rdsmariadb', 'rdsmysql', 'rdspostgres', 'rekognition', 's3', 'sqs',
];

/** Integers with texts for defaults, an empty list of what is required, and numbers that only draft-06 bounds so. */
function templateSchema(plan: string): Entry {
  const common = { $schema: DRAFT_06, type: 'object' };
  if (plan === 'production') return { ...common, required: [], properties: { region: { type: 'string', default: 'eu-west-1' } } };
  const sizes = { BackupRetention: { type: 'integer', default: '35' }, Port: { type: 'integer', default: '10001', exclusiveMinimum: 1149 } };
  return { ...common, properties: { ...sizes, Encrypted: { type: 'string', enum: ['true', 'false'], default: 'true' } }, required: ['Encrypted'] };
}

/** 60 plans of templates, each with a schema of draft-06. */
export function templates(): Catalog {
  return {
    services: TEMPLATES.map((name) => ({
      id: uuidOf(`template ${name}`),
      name,
      description: `Managed ${name}.`,
      bindable: true,
      plan_updateable: false,
      tags: ['cloud', name],
      metadata: { displayName: name, longDescription: `A stack for ${name}.`, imageUrl: `https://images.example.org/${name}.png`, providerDisplayName: 'A cloud' },
      plans: ['production', 'dev', 'custom'].map((plan) => ({
        id: uuidOf(`template ${name} ${plan}`),
        name: plan,
        description: `${plan} configuration.`,
        free: false,
        metadata: { displayName: plan, cost: 'see the price list', costs: [] },
        schemas: schemasOf(templateSchema(plan)),
      })),
    })),
  };
}

const firewallRules = {
  type: 'array',
  items: {
    type: 'object',
    required: ['name', 'startIPAddress', 'endIPAddress'],
    properties: { name: { type: 'string' }, startIPAddress: { type: 'string', format: 'ipv4' }, endIPAddress: { type: 'string', format: 'ipv4' } },
    additionalProperties: false,
  },
};

/** Modules of a database server and its databases, with schemas of draft-04 that nest. */
export function modules(): Catalog {
  const properties = {
    location: { type: 'string', enum: ['westeurope', 'eastus'] },
    resourceGroup: { type: 'string', minLength: 1 },
    sslEnforcement: { type: 'string', enum: ['', 'enabled', 'disabled'], default: '' },
    firewallRules,
    tags: { type: 'object', additionalProperties: { type: 'string' } },
  };
  const schemas = schemasOf({ $schema: DRAFT_04, type: 'object', properties, required: ['location', 'resourceGroup'], additionalProperties: false });
  const ids = { basic50: '427559f1-bf2a-45d3-8844-32374a3e58aa', basic100: '1a538e06-9bcc-4077-8480-966cbf85bf36', standard100: 'edc2badc-d93b-4d9c-9d8e-da2f1c8c3e1c' };
  const plans = Object.entries(ids).map(([name, id]) => ({ id, name, description: `Tier ${name}.`, free: false, schemas, metadata: { bullets: ['Scalable', 'Backed up'] } }));
  const metadata = { displayName: 'MySQL', documentationUrl: 'https://docs.example.org/mysql', supportUrl: 'https://support.example.org' };
  const service = { name: 'azure-mysql', description: 'A server with one database.', bindable: true, plan_updateable: true, metadata, tags: ['MySQL', 'SQL'] };
  return { services: [{ id: '997b8372-8dac-40ac-ae65-758b4a5075a5', ...service, plans }] };
}

/** Packages with images in the document, examples, and keywords of their own. */
export function packages(): Catalog {
  const names = ['storage', 'bigquery', 'pubsub', 'spanner', 'mysql', 'postgres', 'redis'];
  const schema = {
    $schema: DRAFT_04,
    type: 'object',
    properties: {
      name: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,61}$', default: 'pcf-sb-${counter.next()}', examples: ['orders'], prohibitUpdate: true },
      force_delete: { type: 'string', enum: ['false', 'true'], default: 'false' },
      storage_gb: { type: ['integer', 'null'], default: null, minimum: 10, maximum: 4096 },
    },
  };
  return {
    services: names.map((name) => ({
      id: uuidOf(`package ${name}`),
      name: `csb-google-${name}`,
      description: `Managed ${name}.`,
      bindable: true,
      plan_updateable: true,
      tags: ['gcp', name, 'beta'],
      metadata: { displayName: name, imageUrl: dataUri(40_000), longDescription: name, supportUrl: 'https://support.example.org', documentationUrl: 'https://docs.example.org' },
      plans: ['small', 'medium', 'large'].map((plan) => ({
        id: uuidOf(`package ${name} ${plan}`),
        name: plan,
        description: `${plan} size.`,
        metadata: { displayName: plan, bullets: null },
        maintenance_info: { version: '1.5.7', description: 'An upgrade of the provider.' },
        schemas: schemasOf(schema),
      })),
    })),
  };
}

/** Accounts of a data center, of plans by size; addresses as formats. */
export function appliances(): Catalog {
  const sizes = ['10g', '30g', '90g', '240g', '500g', '1t'];
  const properties = {
    switchID: { type: 'integer' },
    ipaddress: { type: 'string', format: 'ipv4' },
    maskLen: { type: 'integer', minimum: 8, maximum: 29 },
    port: { type: 'integer', default: '3306' },
    allowNetworks: { type: 'array', items: { type: 'string' }, uniqueItems: true },
  };
  const schema = { $schema: DRAFT_07, type: 'object', properties, required: ['switchID', 'ipaddress', 'maskLen'], additionalProperties: false };
  const service = (name: string, id: string) => ({
    id,
    name,
    description: `${name} in the data center.`,
    bindable: true,
    plans: sizes.map((size) => ({ id: uuidOf(`${name} ${size}`), name: `db-${size}`, description: `${size} of disk.`, schemas: schemasOf(schema) })),
  });
  return { services: [service('sacloud-mariadb', 'c4f353f3-8a59-437d-b4af-6a6f856248db'), service('sacloud-postgres', 'cc17eabf-0178-4eea-966e-2f5fb2aa62a9')] };
}
