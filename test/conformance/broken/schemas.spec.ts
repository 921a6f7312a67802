import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, toBinding, toInstance, withMembers, type Which } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';
import { planCalled } from '../fixtures/spoilt-catalogs.js';

type Members = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const DRAFT_04 = 'http://json-schema.org/draft-04/schema#';
const having = (schemas: unknown): Spoiling => planCalled('flaky', { schemas });
const publishing = (parameters: unknown): Spoiling => having({ service_instance: { update: { parameters } } });
const schemaOf = (more: Members): Spoiling => publishing({ $schema: DRAFT_04, type: 'object', ...more });

const shapes: Case[] = [
  ['has a text for schemas', having('{}'), [127]],
  ['has null for the schema of a bind', having({ service_binding: null }), [127]],
  ['has a schema for deletes', having({ service_instance: { delete: {} } }), [127]],
  ['has a schema for updates of bindings', having({ service_binding: { update: {} } }), [127]],
  ['forgets that schemas are of parameters', having({ service_instance: { create: { $schema: DRAFT_04, type: 'object' } } }), [127]],
  ['has true for a schema', publishing(true), [127, 128]],
  ['has a type nobody knows', schemaOf({ properties: { a: { type: 'text' } } }), [128]],
  ['says as of old what is required', schemaOf({ properties: { a: { required: true } } }), [128]],
  ['has a list of properties', publishing({ $schema: 'https://json-schema.org/draft/2020-12/schema', properties: [] }), [128]],
  ['has a version of JSON schema nobody knows', publishing({ $schema: 'http://json-schema.org/draft-03/schema#' }), [128]],
  ['does not tell the version of JSON schema', publishing({ type: 'object' }), [129]],
  ['refers to the web', schemaOf({ properties: { a: { $ref: 'https://simulator.example/schema#' } } }), [130]],
  ['refers to a file in a list', schemaOf({ allOf: [{ items: [{ not: { $ref: 'size.json' } }] }] }), [130]],
  ['refers to the web in words of 2020', publishing({ $schema: 'https://json-schema.org/draft/2020-12/schema', $defs: { a: { $dynamicRef: 'a' } } }), [130]],
  ['has a schema of many words', schemaOf({ title: 'ä'.repeat(33_000) }), [131]],
  ['has a schema of texts', publishing({ $schema: DRAFT_04, type: 'string' }), [133]],
];

const isCreate = (request: SpoiltRequest): boolean => toInstance('PUT', request);
const isUpdate = (request: SpoiltRequest): boolean => toInstance('PATCH', request);
const isBind = (request: SpoiltRequest): boolean => toBinding('PUT', request);
const isWrong = ({ body }: SpoiltRequest): boolean => body.includes('"size":99');


/** Parameters that are wrong are read as others. */
const taking = (which: Which): Spoiling => ({
  request: (request) => (which(request) && isWrong(request) ? withMembers(request, { parameters: { size: 9 } }) : request),
});
const wrongly = (which: Which, answer: (told: SpoiltAnswer) => SpoiltAnswer): Spoiling =>
  answeringTo((request) => which(request) && isWrong(request), answer);
const refused = (told: SpoiltAnswer): SpoiltAnswer => instead(told, 400, { description: 'No.' });
const oddly =
  (which: Which): Which =>
  (request) =>
    which(request) && request.body.includes('Ä €');

const enforcement: Case[] = [
  ['takes $ref for a reference', answeringTo(({ body }) => body.includes('"$ref":"'), refused), [132]],
  [
    'does not look at $ref',
    { request: (request) => (request.body.includes('"$ref":') ? withMembers(request, { parameters: { size: 1 } }) : request) },
    [132],
  ],
  ['binds what has a schema for it', answeringTo(isBind, (told) => (told.status === 400 && told.body.includes('cannot be bound') ? instead(told, 201) : told)), [134]],
  ['makes nothing that cannot be bound', answeringTo((request) => isCreate(request) && membersOf(request)['plan_id'] === 'simulator-not-bindable', refused), [134]],
  ['does not look at the parameters of creates', taking(isCreate), [135]],
  ['makes what it refuses', { ...taking(isCreate), ...wrongly(isCreate, refused) }, [135]],
  ['answers 422 to the parameters of creates', wrongly(isCreate, (told) => ({ ...told, status: 422 })), [135]],
  ['does not look at the parameters of updates', taking(isUpdate), [136]],
  ['changes what it refuses to', { ...taking(isUpdate), ...wrongly(isUpdate, refused) }, [136]],
  ['does not look at the parameters of binds', taking(isBind), [137]],
  ['binds what it refuses to', { ...taking(isBind), ...wrongly(isBind, refused) }, [137]],
  ['does not say what is wrong', wrongly(() => true, (told) => instead(told, 400)), [135, 136, 137]],
  ['breaks down over parameters it does not know', answeringTo(oddly(isCreate), (told) => instead(told, 500)), [138]],
  ['breaks down over changes it does not know', answeringTo(oddly(isUpdate), (told) => instead(told, 500)), [138]],
  ['breaks down over binds it does not know', answeringTo(oddly(isBind), (told) => instead(told, 500)), [138]],
];

test.concurrent.each([...shapes, ...enforcement])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('SCH', spoiling, rows);
});

test.concurrent.each([
  ['a reference inside', { definitions: { a: {} }, properties: { a: { $ref: '#/definitions/a' } } }],
  ['a property called $ref', { properties: { $ref: { type: 'string' } } }],
  ['a default with a member called $ref', { properties: { a: { default: { $ref: 'https://simulator.example' } } } }],
  ['several types', { type: ['object', 'null'] }],
  ['no type', { type: undefined }],
  ['64,000 characters', { title: 'a'.repeat(63_900) }],
])('a schema may have %s', async (_what, more) => {
  await expectBroken('SCH', schemaOf(more), []);
});

test('a broker may answer 422 to an update it does not support', async () => {
  await expectBroken('SCH', wrongly(isUpdate, (told) => ({ ...told, status: 422 })), []);
});
