import { Ajv, type ErrorObject } from 'ajv';
import draft04 from 'ajv-draft-04';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { nameOfPlan } from '../broker/offered.js';
import type { Cast } from '../broker/parts.js';
import { Inapplicable } from '../expecting.js';
import type { JsonObject } from '../wire/answer.js';
import { allPlans, inside } from './catalogs.js';
import { isObject } from './well-formed.js';

/** Where the schema for a call stands in `schemas`. */
const PLACES = {
  provision: ['service_instance', 'create'],
  update: ['service_instance', 'update'],
  bind: ['service_binding', 'create'],
} as const;
export type SchemaCall = keyof typeof PLACES;
const CALLS = Object.keys(PLACES) as SchemaCall[];

/** What stands for a parameter schema somewhere, be it one or not. */
export interface Published {
  readonly called: string;
  readonly schema: unknown;
}

/** Every parameter schema of the catalog. @throws Inapplicable where there is none */
export function publishedSchemas(catalog: JsonObject): Published[] {
  const found = inside(allPlans(catalog), 'schemas').flatMap(({ called, members }) =>
    CALLS.map((call) => ({ called: `${called}.${PLACES[call].join('.')}.parameters`, schema: schemaIn(members, call) })),
  );
  const published = found.filter(({ schema }) => schema !== undefined);
  if (published.length > 0) return published;
  throw new Inapplicable('its catalog has no parameter schemas');
}

/** Those that are objects: what is none is left to the row about that. @throws Inapplicable where there is none */
export const readableSchemas = (catalog: JsonObject): { called: string; schema: JsonObject }[] =>
  publishedSchemas(catalog).flatMap(({ called, schema }) => (isObject(schema) ? [{ called, schema }] : []));

/** The schema of a plan for a call. @throws Inapplicable where it has none */
export function schemaFor(cast: Cast, call: SchemaCall): JsonObject {
  const schema = schemaIn(cast.plan['schemas'], call);
  if (isObject(schema)) return schema;
  throw new Inapplicable(`the plan ${nameOfPlan(cast)} has no parameter schema for this call`);
}

export const hasSchemaFor = ({ plan }: Cast, call: SchemaCall): boolean => schemaIn(plan['schemas'], call) !== undefined;

function schemaIn(schemas: unknown, call: SchemaCall): unknown {
  let found: unknown = schemas;
  for (const name of [...PLACES[call], 'parameters']) found = isObject(found) ? found[name] : undefined;
  return found;
}

/** What the meta-schema of its own version says against a schema; undefined for nothing. Without a version it is draft 04. */
export function problemBy({ $schema = DRAFT_04, ...schema }: JsonObject): string | undefined {
  const judge = judgeOf(String($schema));
  if (!judge) return `${JSON.stringify($schema)} is no known version of JSON schema`;
  if (judge.validateSchema(schema) === true) return undefined;
  return (judge.errors ?? []).map(({ instancePath, message = 'is wrong' }) => `${instancePath} ${message}`).join('; ');
}

interface Judge {
  readonly errors?: ErrorObject[] | null | undefined;
  validateSchema(schema: JsonObject): unknown;
}

const DRAFT_04 = 'json-schema.org/draft-04/schema';
const OPTIONS = { strict: false, logger: false } as const;

/** Draft 06 is read as draft 07, which only adds to it. */
const META_SCHEMAS: readonly (readonly [address: string, make: () => Judge])[] = [
  [DRAFT_04, () => new draft04.default(OPTIONS)],
  ['json-schema.org/draft-06/schema', () => new Ajv(OPTIONS)],
  ['json-schema.org/draft-07/schema', () => new Ajv(OPTIONS)],
  ['json-schema.org/draft/2019-09/schema', () => new Ajv2019(OPTIONS)],
  ['json-schema.org/draft/2020-12/schema', () => new Ajv2020(OPTIONS)],
];

const judges = new Map<string, Judge>();

/** Made once for each version, which takes a while. */
function judgeOf($schema: string): Judge | undefined {
  const [address, make] = META_SCHEMAS.find(([each]) => $schema.includes(each)) ?? [];
  if (address === undefined || make === undefined) return undefined;
  const judge = judges.get(address) ?? make();
  judges.set(address, judge);
  return judge;
}

/** Keywords with a schema, a list of schemas, or schemas by names behind them. */
const ONE = ['additionalItems', 'additionalProperties', 'contains', 'else', 'if', 'items', 'not', 'propertyNames', 'then'];
const ONE_LATER = ['contentSchema', 'unevaluatedItems', 'unevaluatedProperties'];
const LISTED = ['allOf', 'anyOf', 'oneOf', 'items', 'prefixItems'];
const NAMED = ['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties'];

/** References in a schema to something outside of it. Properties that are called $ref, and values, are none. */
export function externalReferences(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  const own = ['$ref', '$dynamicRef', '$recursiveRef'].map((name) => schema[name]);
  const external = own.filter((reference): reference is string => typeof reference === 'string' && !reference.startsWith('#'));
  return [...external, ...schemasInside(schema).flatMap(externalReferences)];
}

function schemasInside(schema: JsonObject): unknown[] {
  const listed = LISTED.map((name) => schema[name]).filter(Array.isArray).flat() as unknown[];
  const named = NAMED.map((name) => schema[name]).filter(isObject).flatMap((schemas) => Object.values(schemas));
  return [...[...ONE, ...ONE_LATER].map((name) => schema[name]), ...listed, ...named];
}
