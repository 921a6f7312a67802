import { isRawNumber, plainNumber } from '#sdk';
import { isObject } from '../is-object.js';
import { NotPublishable, plainJson } from './plain-json.js';

/** The versions of JSON schema the gateway knows. */
export type Draft = 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12';

/** "64 kB" of OSB 2.17 as Cloud Controller counts it, in characters of compact JSON. */
export const MAX_SCHEMA_LENGTH = 65_536;

const DRAFT_BY_ADDRESS: ReadonlyMap<string, Draft> = new Map([
  ['json-schema.org/draft-04/schema', 'draft-04'],
  ['json-schema.org/draft-06/schema', 'draft-06'],
  ['json-schema.org/draft-07/schema', 'draft-07'],
  ['json-schema.org/draft/2019-09/schema', '2019-09'],
  ['json-schema.org/draft/2020-12/schema', '2020-12'],
]);

/** The draft that `$schema` names, with or without an empty fragment, http or https; undefined when it names none. */
export function draftOf(schema: object): Draft | undefined {
  const address = (schema as SchemaObject)['$schema'];
  if (typeof address !== 'string') return undefined;
  return DRAFT_BY_ADDRESS.get(address.replace(/^https?:\/\//, '').replace(/#$/, ''));
}

/**
 * Why parameters cannot be checked against a schema by the spec's own rules (OSB 2.17, Input Parameters Schema Object),
 * short of compiling it. Empty when they can.
 */
export function rulesBrokenBy(schema: object): string[] {
  const { length } = JSON.stringify(schema);
  if (length > MAX_SCHEMA_LENGTH) return [`must not be longer than ${MAX_SCHEMA_LENGTH} characters, but has ${length}`];
  if ((schema as SchemaObject)['$schema'] === undefined) return ['must name its version of JSON schema in "$schema"'];
  if (draftOf(schema) === undefined) {
    return [`"$schema" must name a known version of JSON schema: ${[...DRAFT_BY_ADDRESS.values()].join(', ')}`];
  }
  if (!describesObject(schema)) return ['must describe an object: "type" must allow "object"'];
  return externalReferencesIn(schema).map(
    (pointer) => `${pointer} must begin with "#": external references are not allowed`,
  );
}

/**
 * A copy for the validator, without what is no JSON schema keyword and makes ajv refuse or change a valid schema
 * (`$async`, `nullable` where it cannot mean anything), and without what an older draft ignores beside `$ref`.
 */
export function validatorCopyOf(schema: object): SchemaObject {
  const copy = JSON.parse(JSON.stringify(schema)) as SchemaObject;
  const refStandsAlone = ['draft-04', 'draft-06', 'draft-07'].includes(draftOf(schema) ?? '');
  for (const { schema: part } of subschemasOf(copy)) {
    delete part['$async'];
    if (part['nullable'] !== true || part['type'] === undefined) delete part['nullable'];
    if (refStandsAlone && typeof part['$ref'] === 'string') keepOnly(part, ['$ref', 'definitions', '$defs']);
  }
  delete copy['$schema'];
  return copy;
}

function keepOnly(schema: SchemaObject, keywords: readonly string[]): void {
  for (const key of Object.keys(schema)) {
    if (!keywords.includes(key)) Reflect.deleteProperty(schema, key);
  }
}

export type SchemaObject = Record<string, unknown>;

interface Subschema {
  readonly pointer: string;
  readonly schema: SchemaObject;
}

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];
const HOLDING_ONE: ReadonlySet<string> = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const HOLDING_MANY: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
const HOLDING_NAMED: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);

/**
 * The schema and every schema inside it. Only places that hold schemas are entered, so a property that is called
 * "$ref", or one inside `enum` or `default`, is not taken for a reference. Takes time linear in the size of the schema.
 */
export function subschemasOf(root: object): Subschema[] {
  const found: Subschema[] = [{ pointer: '', schema: root as SchemaObject }];
  // The list grows while it is walked.
  for (const { pointer, schema } of found) {
    for (const [keyword, held] of Object.entries(schema)) {
      if (isObject(held) && HOLDING_ONE.has(keyword)) found.push({ pointer: `${pointer}/${keyword}`, schema: held as SchemaObject });
      if (!holdsSeveral(keyword, held)) continue;
      for (const [key, part] of Object.entries(held)) {
        if (isObject(part)) found.push({ pointer: `${pointer}/${keyword}/${key}`, schema: part as SchemaObject });
      }
    }
  }
  return found;
}

function holdsSeveral(keyword: string, held: unknown): held is object {
  return Array.isArray(held) ? HOLDING_MANY.has(keyword) : isObject(held) && HOLDING_NAMED.has(keyword);
}

/** Counts: `1.0` is an integer to JSON schema since draft-06, and none to Cloud Controller, which refuses the catalog. */
const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'];

/** Writes `1.0` as `1` where a schema counts something. Changes the schema. */
export function writeCountsAsIntegers(schema: object): void {
  for (const { schema: part } of subschemasOf(schema)) {
    for (const keyword of COUNTS) if (isRawNumber(part[keyword])) part[keyword] = plainNumber(part[keyword]);
  }
}

/** Pointers to the references in a schema that leave it. */
export function externalReferencesIn(schema: object): string[] {
  return subschemasOf(schema).flatMap(({ pointer, schema: part }) =>
    REFERENCES.filter((keyword) => typeof part[keyword] === 'string' && !part[keyword].startsWith('#')).map(
      (keyword) => `${pointer}/${keyword}`,
    ),
  );
}

/** Why it is no JSON that can be published; undefined when it is. */
export function faultOfJson(schema: object): string | undefined {
  try {
    plainJson(schema, 'it');
    return undefined;
  } catch (error) {
    if (error instanceof NotPublishable) return error.message;
    throw error;
  }
}

function describesObject(schema: object): boolean {
  const { type } = schema as SchemaObject;
  return type === undefined || [type].flat().includes('object');
}
