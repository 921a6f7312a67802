import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';

describe('two spellings of one value are equal', () => {
  test.each([
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['{"n":1}', '{"n":1.0}'],
    ['{"n":100}', '{"n":1e2}'],
    ['{"n":0.001200}', '{"n":12E-4}'],
    ['{"n":0}', '{"n":-0.0}'],
    ['{"s":"ä"}', '{"s":"\\u00e4"}'],
    ['{"\\u0061":[ ]}', ' { "a" : [] } '],
    ['{"a":1,"a":2}', '{"a":2}'],
  ])('%s and %s', (a, b) => {
    expect(canonicalJson(a)).toBe(canonicalJson(b));
  });

  test.each([
    ['{"n":12345678901234567890}', '{"n":12345678901234567891}'],
    ['{"n":1}', '{"n":"1"}'],
    ['{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"a":null}', '{}'],
    ['{"n":1}', '{"n":-1}'],
    ['{"n":1e400}', '{"n":1e401}'],
  ])('%s and %s are not', (a, b) => {
    expect(canonicalJson(a)).not.toBe(canonicalJson(b));
  });
});

test('the canonical text of any value is JSON of that value, whatever the white space', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(JSON.parse(canonicalJson(text))).toEqual(JSON.parse(text));
    }),
  );
});

test.each(['', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '[1', '[1 2]', '{a:1}', '"a', 'tru', '1.', '01x', '{}{}', ']'])(
  'what is no JSON is refused, at any length: %s',
  (text) => {
    expect(() => canonicalJson(text)).toThrow(SyntaxError);
    expect(() => canonicalJson(`${text} ${' '.repeat(100_000)}`)).toThrow(SyntaxError);
  },
);

test('a number longer than is taken in, stored by an older release, counts as it is spelled', () => {
  const long = `1${'0'.repeat(5_000)}`;
  expect(canonicalJson(`{"n":${long}}`)).toBe(canonicalJson(`{ "n" : ${long} }`));
  expect(canonicalJson(`{"n":${long}}`)).not.toBe(canonicalJson('{"n":1e5000}'));
});
