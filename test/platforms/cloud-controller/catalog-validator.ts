import draft04 from 'ajv-draft-04';
import type { JsonBody } from '../../support/http-client.js';

/** What Cloud Controller says against a catalog. One complaint, and it takes nothing of it. */
export function complaintsAbout(catalog: JsonBody): string[] {
  if (!isObject(catalog) || !Array.isArray(catalog['services'])) return ['Service broker catalog is invalid: no services'];
  const services: JsonBody[] = catalog['services'];
  if (services.length === 0) return ['Service broker must provide at least one service'];
  if (!services.every((service) => isObject(service))) return ['a service is no object'];
  const plans = services.flatMap(({ plans: own }) => (Array.isArray(own) ? own : []));
  const clients = services.flatMap(({ dashboard_client: client }) => (isObject(client) ? [client['id']] : []));
  return [
    ...repeated('service ids', services.map(({ id }) => id)),
    ...repeated('service names', services.map(({ name }) => name)),
    ...repeated('plan ids', plans.map((plan: JsonBody) => plan?.id)),
    ...repeated('dashboard client ids', clients),
    ...services.flatMap((service) => serviceComplaints(service).map((complaint) => `Service ${service.name}: ${complaint}`)),
  ];
}

const PERMISSIONS = ['syslog_drain', 'route_forwarding', 'volume_mount'];

function serviceComplaints(service: JsonBody): string[] {
  const { tags, requires, metadata, dashboard_client: client, plans } = service;
  const said = [...nameComplaints(service), ...flagComplaints(service, ['plan_updateable', ...RETRIEVABLE])];
  if (typeof service.bindable !== 'boolean') said.push('bindable must be a boolean');
  if (tags !== undefined && !isTexts(tags)) said.push('tags must be an array of strings');
  else if (tags !== undefined && tags.join('').length > 2_048) said.push('tags must not be longer than 2048 characters');
  if (requires !== undefined && !isTexts(requires)) said.push('requires must be an array of strings');
  else if (requires?.some((permission: string) => !PERMISSIONS.includes(permission))) said.push('requires has an unknown permission');
  if (metadata !== undefined && !isObject(metadata)) said.push('metadata must be a hash');
  else if (metadata && !isFlagOrAbsent(metadata['shareable'])) said.push('shareable must be a boolean');
  if (client !== undefined && !isClient(client)) said.push('dashboard_client must have id, secret and redirect_uri');
  if (!Array.isArray(plans) || plans.length === 0) return [...said, 'at least one plan is required'];
  if (!plans.every((plan) => isObject(plan))) return [...said, 'a plan is no object'];
  said.push(...repeated('plan names', plans.map(({ name }) => name)));
  return [...said, ...plans.flatMap((plan) => planComplaints(plan).map((complaint) => `Plan ${plan['name']}: ${complaint}`))];
}

const RETRIEVABLE = ['instances_retrievable', 'bindings_retrievable', 'allow_context_updates'];

function planComplaints(plan: JsonBody): string[] {
  const { metadata, schemas, maximum_polling_duration: seconds } = plan;
  const said = [...nameComplaints(plan), ...flagComplaints(plan, ['free', 'bindable', 'plan_updateable'])];
  if (metadata !== undefined && !isObject(metadata)) said.push('metadata must be a hash');
  if (seconds !== undefined && !Number.isInteger(seconds)) said.push('maximum_polling_duration must be an integer');
  return [...said, ...maintenanceComplaints(plan.maintenance_info), ...schemasComplaints(schemas)];
}

const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[\dA-Za-z.-]+)?(\+[\dA-Za-z.-]+)?$/;

function maintenanceComplaints(info: JsonBody): string[] {
  if (info === undefined) return [];
  if (!isObject(info)) return ['maintenance_info must be a hash'];
  const said: string[] = [];
  if (typeof info['version'] !== 'string' || !SEMVER.test(info['version'])) said.push('maintenance_info.version must be semantic');
  if (Object.keys(info).some((key) => !['version', 'description'].includes(key))) said.push('maintenance_info has an unknown key');
  if (info['description'] !== undefined && typeof info['description'] !== 'string') said.push('maintenance_info.description must be a string');
  if (JSON.stringify(info).length > 2_000) said.push('maintenance_info is too long');
  return said;
}

const HOLDERS: readonly (readonly [string, string])[] = [
  ['service_instance', 'create'],
  ['service_instance', 'update'],
  ['service_binding', 'create'],
];

function schemasComplaints(schemas: JsonBody): string[] {
  if (schemas === undefined || schemas === null) return [];
  if (!isObject(schemas)) return ['schemas must be a hash'];
  return HOLDERS.flatMap(([holder, action]) => {
    const inside = schemas[holder]?.[action]?.parameters;
    return inside === undefined || inside === null ? [] : schemaComplaints(inside).map((said) => `Schema ${holder}.${action}: ${said}`);
  });
}

/** The meta-schema of draft-04, whatever `$schema` says; its formats and patterns are not looked at. */
const metaSchema = new draft04.default({ strict: false, logger: false, validateFormats: false });

function schemaComplaints(schema: JsonBody): string[] {
  if (!isObject(schema)) return ['must be a hash'];
  const { $schema: draft, ...rest } = schema;
  if (railsJson(schema).length > 65_536) return ['Must not be larger than 64KB'];
  if (draft === undefined) return ['Schema must have $schema key but was not present'];
  if (metaSchema.validateSchema(rest) !== true) return ['Must conform to JSON Schema Draft 04 (experimental support for later versions)'];
  const parts = partsOf(schema);
  if (!parts.every(({ $schema }) => $schema === undefined || DRAFTS.test(String($schema)))) return ['Custom meta schemas are not supported.'];
  const references = parts.flatMap((part) => [part['$ref'], part['extends']]).filter((reference) => typeof reference === 'string');
  return references.every((reference) => reference.startsWith('#')) ? [] : ['No external references are allowed'];
}

/** The validators of its library by address, without the fragment; https is another address. */
const DRAFTS = /^http:\/\/json-schema\.org\/draft-0[346]\/schema#?$/;

const railsJson = (value: JsonBody): string => JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, '\\u0000');

const SCHEMAS_BY_NAME = ['definitions', 'properties', 'patternProperties'];
const SCHEMAS = ['additionalProperties', 'additionalItems', 'items', 'allOf', 'anyOf', 'oneOf', 'not', 'extends'];

/** The schema and those inside it which its library builds. */
function partsOf(root: JsonBody): JsonBody[] {
  const parts: JsonBody[] = [root];
  // The list grows while it is walked.
  for (const part of parts) {
    const named = SCHEMAS_BY_NAME.flatMap((key) => (isObject(part[key]) ? Object.values(part[key]) : []));
    const held = SCHEMAS.flatMap((key) => part[key]);
    parts.push(...[...named, ...held].filter((inside) => isObject(inside)));
  }
  return parts;
}

function nameComplaints(unit: JsonBody): string[] {
  const said = ['id', 'name', 'description'].filter((key) => !isText(unit[key])).map((key) => `${key} is required`);
  if (isText(unit.description) && unit.description.length > 10_000) said.push('description may not have more than 10000 characters');
  for (const key of ['id', 'name']) if (isText(unit[key]) && unit[key].length > 255) said.push(`${key} is too long`);
  return said;
}

function flagComplaints(unit: JsonBody, flags: readonly string[]): string[] {
  return flags.filter((flag) => !isFlagOrAbsent(unit[flag])).map((flag) => `${flag} must be a boolean`);
}

function repeated(what: string, values: readonly unknown[]): string[] {
  return new Set(values).size === values.length ? [] : [`${what} must be unique`];
}

const isFlagOrAbsent = (value: unknown): boolean => value === undefined || value === null || typeof value === 'boolean';

const isClient = (value: JsonBody): boolean => isObject(value) && ['id', 'secret', 'redirect_uri'].every((key) => isText(value[key]));

function isObject(value: unknown): value is Record<string, JsonBody> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
