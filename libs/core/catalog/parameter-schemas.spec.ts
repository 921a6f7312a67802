import { BrokerError, fromRawJson, toRawJson } from '#sdk';
import { ParameterSchemas } from './parameter-schemas.js';
import { DRAFTS, sampleSchema } from './testing/sample-catalogs.js';

const lenient = new ParameterSchemas({ compileTimeoutMs: 10_000, checkTimeoutMs: 5_000, answerTimeoutMs: 30_000 });
const strict = new ParameterSchemas({ compileTimeoutMs: 1_000, checkTimeoutMs: 250, answerTimeoutMs: 30_000 });
afterAll(() => Promise.all([lenient.close(), strict.close()]));
const schemas = lenient.of('backend');
const impatient = strict.of('backend');

const draft04 = DRAFTS['draft-04'];
const schemaOf = (more: object) => ({ $schema: draft04, type: 'object', ...more });
const propertyOf = (a: object) => schemaOf({ properties: { a } });
const problemsOf = async (schema: object, checks = schemas) => (await checks.inspect(schema)).problems;
const problems = (schema: object, parameters: unknown) => schemas.validate(schema, toRawJson(parameters));

describe('parameters are held against schemas of every draft', () => {
  test.each(Object.entries(DRAFTS))('%s', async (_draft, $schema) => {
    const schema = sampleSchema($schema);
    expect(await problemsOf(schema)).toEqual([]);
    expect(await problems(schema, { sizeGb: 5, other: true })).toEqual([]);
    expect(await problems(schema, { sizeGb: 0 })).toEqual(['/sizeGb: must be >= 1']);
  });

  test.each([
    ['draft-04: exclusiveMinimum is a flag', 'draft-04', { minimum: 1, exclusiveMinimum: true }, 1, '/a: must be > 1'],
    ['draft-06: exclusiveMinimum is a number', 'draft-06', { exclusiveMinimum: 1 }, 1, '/a: must be > 1'],
    ['draft-06: const', 'draft-06', { const: 1 }, 2, '/a: must be equal to constant'],
    ['draft-07: if and else', 'draft-07', { if: { type: 'string' }, else: { minimum: 9 } }, 2, '/a: must be >= 9'],
    ['2019-09: dependentRequired', '2019-09', { dependentRequired: { x: ['y'] } }, { x: 1 }, '/a: must have property y when property x is present'],
    ['2019-09: unevaluatedProperties', '2019-09', { allOf: [{ properties: { x: {} } }], unevaluatedProperties: false }, { x: 1, y: 1 }, '/a/y: is not allowed'],
    ['2020-12: prefixItems', '2020-12', { prefixItems: [{ type: 'string' }] }, [1], '/a/0: must be string'],
    ['2020-12: siblings of $ref count', '2020-12', { $ref: '#/$defs/any', minimum: 9 }, 2, '/a: must be >= 9'],
  ] as const)('each by its own words: %s', async (_case, draft, a, value, problem) => {
    const schema = { $schema: DRAFTS[draft], $defs: { any: {} }, properties: { a } };
    expect(await problemsOf(schema)).toEqual([]);
    expect((await problems(schema, { a: value }))[0]).toBe(problem);
  });

  test.each([
    ['draft-04 knows no const', 'draft-04', { const: 1 }],
    ['draft-04 knows no if', 'draft-04', { if: { minimum: 9 }, else: { minimum: 9 } }],
    ['draft-06 knows no if', 'draft-06', { if: { minimum: 9 }, else: { minimum: 9 } }],
    ['draft-07 ignores what stands beside $ref', 'draft-07', { $ref: '#/definitions/any', minimum: 9 }],
    ['a keyword nobody knows', '2020-12', { 'x-order': 1 }],
    ['a format nobody knows', '2020-12', { format: 'phone-of-mars' }],
    ['id in a draft that says $id', 'draft-07', { id: '/properties/a' }],
    ['nullable beside a type', 'draft-07', { type: 'integer', nullable: true }],
    ['nullable without a type', 'draft-07', { enum: [2], nullable: true }],
    ['$async', 'draft-07', { $async: true }],
  ] as const)('and by no more: %s', async (_case, draft, a) => {
    const schema = { $schema: DRAFTS[draft], definitions: { any: {} }, properties: { a } };
    expect(await problemsOf(schema)).toEqual([]);
    expect(await problems(schema, { a: 2 })).toEqual([]);
  });

  test('formats and patterns count, also patterns that escape too much', async () => {
    const schema = schemaOf({ properties: { host: { format: 'hostname' }, name: { pattern: '^[a-z\\_\\@]+$' } } });
    expect(await problemsOf(schema)).toEqual([]);
    expect(await problems(schema, { host: 'a b', name: 'A' })).toEqual([
      '/host: must match format "hostname"',
      '/name: must match pattern "^[a-z\\_\\@]+$"',
    ]);
  });

  test('names of Object are not taken for parameters', async () => {
    expect(await problems(schemaOf({ required: ['toString'] }), {})).toEqual(['/toString: is required']);
  });
});

test('names from a schema are never taken for code', async () => {
  const name = '\nerrors++;\n"]);';
  const schema = schemaOf({ required: [name], properties: { [name]: { enum: [name] } } });
  expect(await problemsOf(schema)).toEqual([]);
  expect(await problems(schema, { [name]: name })).toEqual([]);
  expect(await problems(schema, {})).toEqual([`/${name}: is required`]);
});

describe('a problem', () => {
  test('names the place by its JSON pointer', async () => {
    const schema = schemaOf({ required: ['a/b'], additionalProperties: false, properties: { list: { items: { type: 'integer' } } } });
    expect(await problems(schema, { list: [1, 'x'], 'x~y': 1 })).toEqual([
      '/a~1b: is required',
      '/x~0y: is not allowed',
      '/list/1: must be integer',
    ]);
    expect(await problems(schemaOf({ minProperties: 1 }), {})).toEqual(['the object: must NOT have fewer than 1 properties']);
  });

  test('names what is allowed', async () => {
    expect(await problems(propertyOf({ enum: ['small', 'large'] }), { a: 'medium' })).toEqual(['/a: must be one of "small","large"']);
  });

  test.each([
    ['enum', { enum: [1] }],
    ['type', { type: 'integer' }],
    ['pattern', { pattern: '^$' }],
    ['format', { format: 'ipv4' }],
    ['maxLength', { maxLength: 1 }],
    ['not', { not: {} }],
    ['oneOf', { oneOf: [{ type: 'integer' }, { type: 'null' }] }],
  ])('never names the value: %s', async (_keyword, a) => {
    const found = await problems(propertyOf(a), { a: 'hunter2' });
    expect(found.length).toBeGreaterThan(0);
    expect(found.join()).not.toContain('hunter2');
  });

  test('is one of twenty at most, and short', async () => {
    const found = await problems(schemaOf({ additionalProperties: false }), Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`${i}-`.repeat(500), 1])));
    expect(found).toHaveLength(20);
    expect(Math.max(...found.map((problem) => problem.length))).toBeLessThan(450);
  });
});

test('parameters are checked as they were sent, and defaults are not put in', async () => {
  const schema = schemaOf({ properties: { a: { default: 5 } }, required: ['a'] });
  expect(await schemas.validate(schema, fromRawJson('{ }'))).toEqual(['/a: is required']);
});

describe('a schema is not enforced', () => {
  const hosts = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`property-number-${i}`, {}]));
  const deep = JSON.parse('{"not":'.repeat(7_000) + '{}' + '}'.repeat(7_000)) as object;
  test.each([
    ['without $schema', { type: 'object' }, 'must name its version of JSON schema in "$schema"'],
    ['of an unknown version', { $schema: 'http://json-schema.org/draft-03/schema#' }, '"$schema" must name a known version of JSON schema: draft-04, draft-06, draft-07, 2019-09, 2020-12'],
    ['with a $schema that is a number', { $schema: 4 }, '"$schema" must name a known version of JSON schema: draft-04, draft-06, draft-07, 2019-09, 2020-12'],
    ['that is too large', schemaOf({ properties: hosts }), expect.stringMatching(/^must not be longer than 65536 characters, but has \d+$/)],
    ['for text', { $schema: draft04, type: 'string' }, 'must describe an object: "type" must allow "object"'],
    ['with a reference to the web', propertyOf({ $ref: 'http://example.org/s#/a' }), '/properties/a/$ref must begin with "#": external references are not allowed'],
    ['with a reference to a file', schemaOf({ allOf: [{}, { $ref: 'other.json' }] }), '/allOf/1/$ref must begin with "#": external references are not allowed'],
    ['with a dynamic reference to the web', { $schema: DRAFTS['2020-12'], $dynamicRef: 'https://example.org' }, '/$dynamicRef must begin with "#": external references are not allowed'],
    ['with a reference to nothing', propertyOf({ $ref: '#/definitions/none' }), expect.stringContaining("can't resolve reference #/definitions/none")],
    ['with a reference to nothing because of an id', schemaOf({ definitions: { x: {} }, properties: { a: { id: 'http://example.org/a', not: { $ref: '#/definitions/x' } } } }), expect.stringContaining("can't resolve reference")],
    ['that breaks its own draft', propertyOf({ minimum: 'one' }), '/properties/a/minimum: must be number'],
    ['that a draft breaks, another not', propertyOf({ required: true }), '/properties/a/required: must be array'],
    ['with a pattern that is none', propertyOf({ pattern: '(' }), 'Invalid regular expression: /(/: Unterminated group'],
    ['that refers to itself', schemaOf({ $ref: '#' }), 'the schema refers to itself without end or is nested too deeply'],
    ['that is nested without end', { $schema: draft04, ...deep }, expect.stringContaining('is nested deeper than 64 levels')],
  ])('%s', async (_case, schema, problem) => {
    expect((await problemsOf(schema))[0]).toEqual(problem);
  });

  test.each([
    ['a property called $ref', schemaOf({ properties: { $ref: { type: 'string' } } })],
    ['$ref among allowed values', propertyOf({ enum: [{ $ref: 'http://example.org' }] })],
    ['$ref in a default', propertyOf({ default: { $ref: 'http://example.org' } })],
    ['a reference inside', schemaOf({ definitions: { x: { type: 'string' } }, properties: { a: { $ref: '#/definitions/x' } } })],
    ['a definition that refers to itself', schemaOf({ definitions: { x: { properties: { x: { $ref: '#/definitions/x' } } } }, properties: { a: { $ref: '#/definitions/x' } } })],
    ['64,000 characters of more than a byte', schemaOf({ title: '€'.repeat(64_000) })],
    ['$schema without the empty fragment', { $schema: 'http://json-schema.org/draft-07/schema' }],
    ['$schema with https', { $schema: 'https://json-schema.org/draft-07/schema#' }],
    ['several types', { $schema: draft04, type: ['object', 'null'] }],
    ['an id of its own', schemaOf({ id: 'http://example.org/s#', definitions: { x: {} }, properties: { a: { $ref: '#/definitions/x' } } })],
    ['the same id as another', schemaOf({ id: 'http://example.org/s#' })],
  ])('but not for %s', async (_case, schema) => {
    expect(await problemsOf(schema)).toEqual([]);
  });
});

describe('Cloud Foundry takes', () => {
  const draft06 = DRAFTS['draft-06'];
  const refused = async (schema: object) => (await schemas.inspect(schema)).cloudFoundryProblems;
  const ofLength = (length: number, filler = 'x') => {
    const schema = schemaOf({ title: '' });
    return { ...schema, title: filler.repeat(length - JSON.stringify(schema).length) };
  };

  test.each([
    ['draft-03, which is not enforced', { $schema: 'http://json-schema.org/draft-03/schema#', type: 'object' }],
    ['draft-04', sampleSchema()],
    ['draft-06 with const and examples', { $schema: draft06, properties: { a: { const: 1, examples: [1] } } }],
    ['a part of another draft it knows', propertyOf({ $schema: draft06 })],
    ['65,536 characters', ofLength(65_536)],
    ['a pattern that is none', propertyOf({ pattern: '(' })],
    ['what describes no object', { $schema: draft04, type: 'string' }],
  ])('%s', async (_what, schema) => {
    expect(await refused(schema)).toEqual([]);
  });

  test.each([
    ['draft-07', sampleSchema(DRAFTS['draft-07']), '/$schema is not http draft-03, draft-04 or draft-06'],
    ['the https address of its draft', sampleSchema('https://json-schema.org/draft-04/schema#'), '/$schema is not http draft-03, draft-04 or draft-06'],
    ['a part of draft-07', propertyOf({ $schema: DRAFTS['draft-07'] }), '/properties/a/$schema is not http draft-03, draft-04 or draft-06'],
    ['no draft', { type: 'object' }, 'has no "$schema"'],
    ['65,537 characters', ofLength(65_537), 'has more than 65536 characters'],
    ['characters that Rails escapes', ofLength(20_000, '&'), 'has more than 65536 characters'],
    ['a reference to elsewhere', propertyOf({ $ref: 'other.json' }), '/properties/a/$ref refers to another document'],
    ['a reference to nothing', propertyOf({ $ref: '#/definitions/none' }), expect.stringContaining("can't resolve reference")],
    ['a numeric exclusiveMinimum', { $schema: draft06, properties: { a: { exclusiveMinimum: 1 } } }, '/properties/a: must have property minimum when property exclusiveMinimum is present'],
    ['an empty required', { $schema: draft06, required: [] }, '/required: must NOT have fewer than 1 items'],
    ['a boolean subschema', { $schema: draft06, properties: { a: true } }, '/properties/a: must be object'],
    ['an enum with a value twice', { $schema: draft06, properties: { a: { enum: [1, 1] } } }, '/properties/a/enum: must NOT have duplicate items (items ## 0 and 1 are identical)'],
    ['what is wrong beside a reference', propertyOf({ $ref: '#', required: [] }), '/properties/a/required: must NOT have fewer than 1 items'],
  ])('not %s', async (_what, schema, problem) => {
    expect((await refused(schema))[0]).toEqual(problem);
  });
});

describe('a hostile schema hurts nobody else', () => {
  const evil = propertyOf({ pattern: '^(a+)+$' });
  const evilParameters = toRawJson({ a: `${'a'.repeat(50)}!` });
  const tooSlow = ['the parameters could not be checked in time'];
  /** 2^60 steps. */
  const fanOut = (action: 'allOf' | 'anyOf', end: object) => {
    const levels = Array.from({ length: 60 }, (_, i) => [`d${i}`, { [action]: [{ $ref: `#/definitions/d${i + 1}` }, { $ref: `#/definitions/d${i + 1}` }] }]);
    return { definitions: { ...Object.fromEntries(levels), d60: end } };
  };

  test.each([
    ['a pattern that never ends', evil, evilParameters],
    ['a pattern for keys', schemaOf({ patternProperties: { '^(a+)+$': { type: 'string' } } }), toRawJson({ [`${'a'.repeat(50)}!`]: 1 })],
    ['unique items of a long list', propertyOf({ uniqueItems: true }), toRawJson({ a: Array.from({ length: 20_000 }, (_, i) => ({ i })) })],
    ['allOf upon allOf', { ...propertyOf({ $ref: '#/definitions/d0' }), ...fanOut('allOf', {}) }, toRawJson({ a: 1 })],
    ['anyOf upon anyOf', { ...propertyOf({ $ref: '#/definitions/d0' }), ...fanOut('anyOf', { type: 'null' }) }, toRawJson({ a: 1 })],
  ])('parameters are refused when they take too long: %s', async (_case, schema, parameters) => {
    expect(await problemsOf(schema, impatient)).toEqual([]);
    expect(await impatient.validate(schema, parameters)).toEqual(tooSlow);
  });

  test('the gateway goes on while a check runs', async () => {
    const checking = impatient.validate(evil, evilParameters);
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 5);
    expect(await checking).toEqual(tooSlow);
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(10);
  });

  test('other schemas are checked while it keeps a thread busy', async () => {
    const order: string[] = [];
    const hostile = Array.from({ length: 8 }, () => impatient.validate(evil, evilParameters).then(() => order.push('evil')));
    await impatient.validate(sampleSchema(), toRawJson({})).then(() => order.push('good'));
    await Promise.all(hostile);
    expect(order.indexOf('good')).toBeLessThan(7);
  });

  test('nor does a backend whose schemas are all hostile hold up the checks of another', async () => {
    const order: string[] = [];
    const hostile = Array.from({ length: 12 }, (_, i) => propertyOf({ pattern: '^(a+)+$', minLength: i }));
    const attacks = hostile.map((schema) => strict.of('hostile').validate(schema, evilParameters).then(() => order.push('evil')));
    const published = propertyOf({ maxLength: 1 });
    await Promise.all([
      strict.of('other').validate(sampleSchema(), toRawJson({})).then(() => order.push('checked')),
      strict.of('another').inspect(published).then((found) => order.push(`${found.problems.length} problems`)),
    ]);
    await Promise.all(attacks);
    expect(Math.max(order.indexOf('checked'), order.indexOf('0 problems'))).toBeLessThan(6);
    expect(order).toHaveLength(14);
  });

  test('a backend that asks for more checks than may wait is told so, and another is not', async () => {
    const crowd = Array.from({ length: 110 }, (_, i) => lenient.of('crowded').validate(sampleSchema(), toRawJson({ sizeGb: i + 1 })));
    const other = lenient.of('other').validate(sampleSchema(), toRawJson({ sizeGb: 1 }));
    const ends = await Promise.allSettled(crowd);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(101);
    expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'Unavailable' } });
    expect(await other).toEqual([]);
  });

  test.each([
    ['that is never done', { ...schemaOf({ $ref: '#/definitions/d0' }), ...fanOut('allOf', {}) }],
    ['that tries every way to fail', { ...schemaOf({ $ref: '#/definitions/d0' }), ...fanOut('anyOf', { type: 'null' }) }],
  ])('a schema %s is not enforced', async (_case, schema) => {
    expect(await problemsOf(schema, impatient)).toEqual(['takes too long to read or to apply']);
  });

  test('millions of problems do not fill the memory', async () => {
    const greedy = propertyOf({ items: { allOf: Array.from({ length: 40 }, (_, i) => ({ minimum: i + 1 })) } });
    const parameters = toRawJson({ a: Array.from({ length: 400_000 }, () => 0) });
    expect(await schemas.validate(greedy, parameters)).toEqual(['/a/0: must be >= 1']);
  });

  test('a gateway that is too busy says so, and recovers', async () => {
    const busy = new ParameterSchemas({ compileTimeoutMs: 1_000, checkTimeoutMs: 60_000, answerTimeoutMs: 2_000 });
    const refusal = new BrokerError('Unavailable', 'the gateway is too busy to check the parameters; try again later');
    await expect(busy.of('backend').validate(evil, evilParameters)).rejects.toThrow(refusal);
    expect(await busy.of('backend').validate(sampleSchema(), toRawJson({ sizeGb: 0 }))).toEqual(['/sizeGb: must be >= 1']);
    await busy.close();
  });
});

test('nothing is checked after the end', async () => {
  const closed = new ParameterSchemas();
  await closed.close();
  await expect(closed.of('backend').validate(sampleSchema(), toRawJson({}))).rejects.toThrow('closed');
});
