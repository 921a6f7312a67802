import draft04 from 'ajv-draft-04';

/**
 * What real platforms say against a catalog, written down apart from the gateway's own rules: Cloud Controller's
 * validation, and the types that Go clients (service-catalog, Korifi) decode into. One complaint and the platform
 * takes nothing of the catalog. Empty when all take it.
 */
export function complaintsOfPlatforms(catalog: unknown): string[] {
  const complaints: string[] = [];
  const say = (ok: boolean, complaint: string): void => void (ok || complaints.push(complaint));
  const services = (catalog as { services: Bag[] }).services;
  say(isUnique(services.map(({ id }) => id)), 'service ids');
  say(isUnique(services.map(({ name }) => name)), 'service names');
  const clients = services.flatMap(({ dashboard_client: client }) => (isBag(client) ? [client['id']] : []));
  say(isUnique(clients), 'client ids');
  say(isUnique(services.flatMap(({ plans }) => (plans as Bag[]).map(({ id }) => id))), 'plan ids');
  for (const service of services) {
    offeringComplaints(service, say);
    for (const plan of service['plans'] as Bag[]) planComplaints(plan, say);
  }
  return complaints;
}

type Bag = Record<string, unknown>;
type Say = (ok: boolean, complaint: string) => void;

function offeringComplaints(service: Bag, say: Say): void {
  const { tags, requires, metadata, dashboard_client: client, plans } = service;
  commonComplaints(service, say);
  say(typeof service['bindable'] === 'boolean', 'service bindable');
  for (const flag of ['plan_updateable', 'instances_retrievable', 'bindings_retrievable', 'allow_context_updates']) {
    say(isAbsentOr(service[flag], 'boolean'), flag);
  }
  say(tags === undefined || (isTexts(tags) && tags.join('').length <= 2048), 'tags');
  say(requires === undefined || (isTexts(requires) && requires.every((r) => PERMISSIONS.includes(r))), 'requires');
  if (isBag(metadata)) {
    say(isAbsentOr(metadata['shareable'], 'boolean'), 'shareable');
    for (const key of TEXTS) say(!(key in metadata) || typeof metadata[key] === 'string', `metadata ${key}`);
  }
  if (client !== undefined) {
    say(isBag(client) && ['id', 'secret', 'redirect_uri'].every((key) => isText(client[key])), 'dashboard_client');
  }
  const names = (plans as Bag[]).map(({ name }) => String(name).trim().toLowerCase());
  say(names.length > 0 && isUnique(names), 'plan names');
}

/** Go clients decode metadata into texts, and Korifi breaks down over the last one. */
const TEXTS = ['displayName', 'imageUrl', 'longDescription', 'providerDisplayName', 'supportUrl', 'documentationUrl'];

const PERMISSIONS = ['syslog_drain', 'route_forwarding', 'volume_mount'];

function planComplaints(plan: Bag, say: Say): void {
  const { maximum_polling_duration: seconds, maintenance_info: info, schemas } = plan;
  commonComplaints(plan, say);
  planMetadataComplaints(plan['metadata'], say);
  for (const flag of ['free', 'bindable', 'plan_updateable']) say(typeof plan[flag] === 'boolean', `plan ${flag}`);
  say(isAbsentOr(plan['binding_rotatable'], 'boolean'), 'binding_rotatable');
  const duration = seconds ?? 1;
  say(Number.isInteger(duration) && Number(duration) > 0 && Number(duration) < 2 ** 31, 'duration');
  if (info !== undefined) {
    const { version, description, ...others } = isBag(info) ? info : {};
    say(/^\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(String(version)), 'maintenance version');
    say(isAbsentOr(description, 'string'), 'maintenance description');
    say(Object.keys(others).length === 0, 'maintenance keys');
    say(JSON.stringify(info).length <= 2000, 'maintenance size');
  }
  schemaComplaints(schemas, say);
}

function planMetadataComplaints(metadata: unknown, say: Say): void {
  if (!isBag(metadata)) return;
  const { displayName, bullets, costs } = metadata;
  say(isAbsentOr(displayName, 'string'), 'plan displayName');
  say(bullets === undefined || isTexts(bullets), 'bullets');
  say(costs === undefined || (Array.isArray(costs) && costs.every(isCost)), 'costs');
}

function isCost(cost: unknown): boolean {
  if (!isBag(cost) || !isBag(cost['amount'])) return false;
  return typeof cost['unit'] === 'string' && Object.values(cost['amount']).every((each) => typeof each === 'number');
}

function commonComplaints(unit: Bag, say: Say): void {
  for (const key of ['id', 'name']) say(isText(unit[key]) && unit[key].length <= 255, key);
  say(isText(unit['description']) && unit['description'].length <= 10_000, 'description');
  say(unit['metadata'] === undefined || isBag(unit['metadata']), 'metadata');
}

const SCHEMA_HOLDERS = { service_instance: ['create', 'update'], service_binding: ['create'] };

function schemaComplaints(schemas: unknown, say: Say): void {
  if (schemas === undefined) return;
  if (!isBag(schemas)) return say(false, 'schemas');
  for (const [holder, actions] of Object.entries(SCHEMA_HOLDERS)) {
    const inside = schemas[holder];
    if (inside === undefined) continue;
    if (!isBag(inside)) return say(false, holder);
    for (const action of actions) parametersComplaints(inside[action], say);
  }
}

const cloudController = new draft04.default({ strict: false, logger: false, validateFormats: false });

function parametersComplaints(action: unknown, say: Say): void {
  if (action === undefined) return;
  if (!isBag(action)) return say(false, 'schema holder');
  const schema = action['parameters'];
  if (schema === undefined) return;
  if (!isBag(schema)) return say(false, 'schema type');
  say(/^http:\/\/json-schema\.org\/draft-0[346]\/schema#?$/.test(String(schema['$schema'])), 'schema draft');
  say(JSON.stringify(schema).length <= 65_536, 'schema size');
  const { $schema: _, ...content } = schema;
  say(cloudController.validateSchema(content) === true, 'schema validity');
}

function isUnique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && /\S/.test(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isAbsentOr(value: unknown, type: 'boolean' | 'string'): boolean {
  return value === undefined || typeof value === type;
}
