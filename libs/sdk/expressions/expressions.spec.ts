import fc from 'fast-check';
import { ExpressionError } from './expression-error.js';
import { Expressions } from './expressions.js';

let expressions: Expressions;

/** Longer than any machine needs. */
const PATIENT = { timeoutMs: 60_000, answerTimeoutMs: 120_000 };

beforeAll(() => {
  expressions = new Expressions(PATIENT);
});
afterAll(() => expressions.close());

const render = (tree: unknown, data: Record<string, unknown> = {}): Promise<unknown> => expressions.template(tree).render(data);
const failure = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no failure', (error: unknown) => (error as ExpressionError).message);
const parameters = { size: 3, ratio: 0.5, name: 'orders', tags: ['a', 'b'], labels: { team: 'x/y' } };

test.each<[string, unknown]>([
  ['${parameters.size + 1}', 4],
  ['${double(parameters.size) * 1.5}', 4.5],
  ['${parameters.ratio}', 0.5],
  ['${parameters.tags.map(tag, tag.upperAscii())}', ['A', 'B']],
  ['${{"a": parameters.tags, "b": "}"}}', { a: ['a', 'b'], b: '}' }],
  ['db-${parameters.name}-${parameters.size}', 'db-orders-3'],
  ["${'it\\'s' == \"it's\" ? 1 : 2}", 1],
  ["${r'\\'}${'\\''}", "\\'"],
  ['costs $${price} for ${parameters.name}', 'costs ${price} for orders'],
  ['${has(parameters.missing) ? parameters.missing : "default"}', 'default'],
  ['no expression', 'no expression'],
  ['', ''],
])('%s gives %j', async (text, result) => {
  expect(await render({ text }, { parameters })).toEqual({ text: result });
});

test('a member whose expression gives null is left out, and a null of the template stays', async () => {
  const tree = { a: '${has(parameters.b) ? 1 : null}', b: null, c: ['${null}', 1] };
  expect(await render(tree, { parameters })).toEqual({ b: null, c: [1] });
});

test('what a tenant sends is data, whatever it looks like', async () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('${parameters.secret}', '$${', '"\n  injected: true', '__proto__'));
  await fc.assert(
    fc.asyncProperty(text, async (given) => {
      const result = await render({ whole: '${parameters.given}', within: '<${parameters.given}>' }, { parameters: { given, secret: 'hunter2' } });
      expect(result).toEqual({ whole: given, within: `<${given}>` });
    }),
  );
});

test('any JSON value passes unchanged, but for integers a number does not hold', async () => {
  const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__') && value !== null);
  await fc.assert(fc.asyncProperty(json, async (value) => expect(await render('${value}', { value })).toEqual(JSON.parse(JSON.stringify(value)))));
});

test.each([
  [{ spec: { 'a/b': ['ok', '${1 +}'] } }, 'at /spec/a~1b/1: "1 +" is no CEL expression'],
  [{ a: '${1' }, 'at /a: an expression that begins with "${" has no end'],
  [{ a: '${"1}' }, 'at /a: a string of an expression has no end'],
  [{ a: `\${${'('.repeat(65)}1${')'.repeat(65)}}` }, 'at /a: the brackets of an expression are at most 64 deep'],
  [{ a: `\${${'1'.repeat(4_097)}}` }, 'at /a: an expression has at most 4096 characters, not 4097'],
])('a template that cannot be read is refused before it is used: %j', (tree, message) => {
  expect(() => expressions.template(tree)).toThrow(message);
});

test.each([
  ['${parameters.missing}', 'at /a: "parameters.missing" has no result'],
  ['<${parameters.tags}>', 'at /a: "parameters.tags" stands within a text, and gives a list or map'],
  ['${parameters.size * 9007199254740991}', 'at /a: "parameters.size * 9007199254740991" gives an integer over 2^53; convert it with string()'],
  ['${duration("1h")}', 'at /a: "duration("1h")" gives no JSON value; convert it with string()'],
  ['${{1: 2}}', 'at /a: "{1: 2}" gives a map whose keys are no strings'],
])('%s fails with its place and without any value', async (text, message) => {
  expect(await failure(render({ a: text }, { parameters }))).toBe(message);
});

test('what would take for ever is ended, and the next one gets its result', async () => {
  const hurried = new Expressions({ timeoutMs: 1_000 });
  const list = Array.from({ length: 4_000 }, (_none, index) => index);
  const endless = hurried.expression('list.all(a, list.all(b, list.all(c, a + b + c >= 0)))');
  expect(await failure(endless.evaluate({ list }))).toBe('there is no result within 1000 ms');
  expect(await hurried.expression('1 + 1').evaluate({})).toBe(2);
  await hurried.close();
});

test('a result that is too large is refused', async () => {
  const small = new Expressions({ ...PATIENT, maxResultBytes: 100 });
  expect(await failure(small.expression('[text, text]').evaluate({ text: 'x'.repeat(50) }))).toBe('the result has 107 bytes; at most 100 are allowed');
  await small.close();
});

test('a regular expression is linear in its text', async () => {
  const text = `${'a'.repeat(50_000)}!`;
  expect(await render('${text.matches("(a+)+$")}', { text })).toBe(false);
});

test('nothing is evaluated after close', async () => {
  const closed = new Expressions(PATIENT);
  const expression = closed.expression('1 + 1');
  expect(await expression.evaluate({})).toBe(2);
  await closed.close();
  await expect(expression.evaluate({})).rejects.toThrow('closed');
});
