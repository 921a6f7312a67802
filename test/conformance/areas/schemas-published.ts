import { expectThat } from '../expecting.js';
import type { Row } from '../row.js';
import { allPlans, expectEach, having, inside, isText, type Entry } from '../stories/catalogs.js';
import { externalReferences, problemBy, publishedSchemas, readableSchemas } from '../stories/schemas.js';
import { isObject } from '../stories/well-formed.js';

const endpoint = 'catalog';
const section = 'Input Parameters Schema Object';
const since = '2.13';
/** 64 kB in the larger of its two meanings. */
const MOST_BYTES = 65_536;

/** What parameter schemas look like in the catalog. */
export const publishedSchemaRows: readonly Row[] = [
  {
    number: 127,
    level: 'MUST*',
    endpoint,
    section: 'Schemas Object',
    since,
    title: 'has schemas for creates and updates of instances and for creates of bindings only, each an object',
    check: async ({ catalog }) => {
      const planned = having(allPlans(catalog), 'schemas');
      expectEach(planned, 'schemas', isObject, 'an object');
      const schemas = inside(planned, 'schemas');
      expectOnly(schemas, ['service_instance', 'service_binding']);
      for (const [resource, actions] of [
        ['service_instance', ['create', 'update']],
        ['service_binding', ['create']],
      ] as const) {
        const holders = inside(schemas, resource);
        expectOnly(holders, actions);
        for (const action of actions) expectOnly(inside(holders, action), ['parameters']);
      }
    },
  },
  {
    number: 128,
    level: 'MUST*',
    endpoint,
    section,
    since,
    title: 'has parameter schemas that are JSON schemas by their own version of it',
    check: async ({ catalog }) => {
      for (const { called, schema } of publishedSchemas(catalog)) {
        expectThat(isObject(schema), `${called} is ${JSON.stringify(schema)}; expected an object`);
        const problem = problemBy(schema);
        expectThat(problem === undefined, `${called} is no JSON schema: ${String(problem)}`);
      }
    },
  },
  {
    number: 129,
    level: 'MUST',
    endpoint,
    section,
    since,
    title: 'tells the version of every parameter schema in its $schema',
    check: async ({ catalog }) => {
      for (const { called, schema } of readableSchemas(catalog)) {
        expectThat(isText(schema['$schema']), `${called} has no $schema; expected the version of JSON schema there`);
      }
    },
  },
  {
    number: 130,
    level: 'MUST NOT',
    endpoint,
    section,
    since,
    title: 'does not refer to anything outside of a parameter schema',
    check: async ({ catalog }) => {
      for (const { called, schema } of readableSchemas(catalog)) {
        const [external] = externalReferences(schema);
        expectThat(external === undefined, `${called} refers to ${JSON.stringify(external)}; expected references that begin with #`);
      }
    },
  },
  {
    number: 131,
    level: 'MUST NOT',
    endpoint,
    section,
    since,
    title: 'has no parameter schema of more than 64 kB',
    check: async ({ catalog }) => {
      for (const { called, schema } of readableSchemas(catalog)) {
        const bytes = Buffer.byteLength(JSON.stringify(schema));
        expectThat(bytes <= MOST_BYTES, `${called} has ${bytes} bytes; expected ${MOST_BYTES} at most`);
      }
    },
  },
  {
    number: 133,
    level: 'MUST*',
    endpoint,
    section,
    since,
    title: 'has parameter schemas of objects, since parameters are the members of one',
    check: async ({ catalog }) => {
      const entries = readableSchemas(catalog).map(({ called, schema }) => ({ called, members: schema }));
      const allowsObjects = (type: unknown): boolean => type === undefined || [type].flat().includes('object');
      expectEach(entries, 'type', allowsObjects, 'object');
    },
  },
];

/** No members but these, each an object. */
function expectOnly(entries: readonly Entry[], names: readonly string[]): void {
  for (const { called, members } of entries) {
    for (const [name, value] of Object.entries(members)) {
      expectThat(names.includes(name), `${called} has ${name}; expected ${names.join(' and ')} only`);
      expectThat(isObject(value), `${called}.${name} is ${JSON.stringify(value)}; expected an object`);
    }
  }
}
