import fc from 'fast-check';
import { JSON_LIMITS, JsonTextError } from './json-limits.js';
import { mergeRawObjects, parseRawObject } from './raw-json.js';

describe('a JSON body is kept byte for byte', () => {
  test.each([
    ['an integer over 2^53', '{"parameters":{"n":12345678901234567890}}', '{"n":12345678901234567890}'],
    ['the spelling of a number', '{"parameters":{"n":1.0},"x":1}', '{"n":1.0}'],
    ['the order of numeric keys', '{"parameters":{"2":1,"1":2}}', '{"2":1,"1":2}'],
    ['escapes and a lone surrogate', '{"parameters":{"s":"\\ud800\\u00e4\\"}"}}', '{"s":"\\ud800\\u00e4\\"}"}'],
    ['white space inside', '{ "parameters" : { "a" : [ 1 , 2 ] } }', '{ "a" : [ 1 , 2 ] }'],
    ['the last of a repeated key', '{"parameters":1,"parameters":{"b":2}}', '{"b":2}'],
    ['a key spelled with escapes', '{"param\\u0065ters":{"c":3}}', '{"c":3}'],
  ])('%s', (_what, text, raw) => {
    expect(parseRawObject(text).member('parameters')?.raw).toBe(raw);
  });

  test('an absent member and a null one are both undefined', () => {
    const body = parseRawObject('{"context":null}');
    expect([body.member('context'), body.member('parameters')]).toEqual([undefined, undefined]);
  });

  test('the slice of every member of any object parses to that member', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (object) => {
        fc.pre(!JSON.stringify(object).includes('__proto__') && !JSON.stringify(object).includes('\\u0000'));
        const text = JSON.stringify(object, undefined, 1);
        const body = parseRawObject(text);
        for (const [key, value] of Object.entries(object)) {
          if (value !== null) expect(JSON.parse(body.member(key)?.raw ?? 'null')).toEqual(JSON.parse(JSON.stringify(value)));
        }
      }),
    );
  });
});

describe('a JSON body that would hurt is refused', () => {
  test.each([
    ['broken JSON', '{"a":', 'not valid JSON'],
    ['an array', '[]', 'must be a JSON object'],
    ['null', 'null', 'must be a JSON object'],
    ['a __proto__ key at any depth', '{"parameters":{"a":{"__proto__":{}}}}', '__proto__'],
    ['an escaped __proto__ key', '{"__pr\\u006fto__":1}', '__proto__'],
    ['U+0000 in a value', '{"parameters":{"a":"x\\u0000"}}', 'U+0000'],
    ['U+0000 in a key', '{"parameters":{"\\u0000":1}}', 'U+0000'],
    ['a number that is too long', `{"parameters":{"a":${'1'.repeat(1_025)}}}`, 'a number has more than 1,024 characters'],
    ['an exponent that is too long', `{"a":[1e${'9'.repeat(2_000)}]}`, 'a number has more than 1,024 characters'],
    ['too many elements', `{"a":[${'1,'.repeat(20_000)}1]}`, 'more than 20,000 values'],
    ['too many members', JSON.stringify(Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [`k${i}`, 1]))), 'more than 20,000 values'],
    ['a string without an end', '{"a":"x', 'not valid JSON'],
    ['a string that ends in a backslash', '{"a":"x\\', 'not valid JSON'],
    ['a key with a broken escape', '{"\\x":1}', 'not valid JSON'],
    ['a word that is none', `{"a":${'x'.repeat(1_000)}}`, 'not valid JSON'],
    ['nesting without end', '{"a":' + '['.repeat(100_000) + ']'.repeat(100_000) + '}', 'nested deeper'],
  ])('%s', (_what, text, message) => {
    expect(() => parseRawObject(text)).toThrow(JsonTextError);
    expect(() => parseRawObject(text)).toThrow(message);
  });

  test('an escaped backslash before u0000 is not U+0000', () => {
    expect(parseRawObject('{"a":"\\\\u0000"}').value).toEqual({ a: '\\u0000' });
  });
});

describe('a JSON body at its limits is taken', () => {
  test('with numbers of 1,024 characters', () => {
    const number = '9'.repeat(JSON_LIMITS.maxNumberLength);
    expect(parseRawObject(`{"parameters":{"n":${number}}}`).member('parameters')?.raw).toBe(`{"n":${number}}`);
  });

  test('with 20,000 values: the body itself, its members and all elements', () => {
    const elements = JSON_LIMITS.maxValues - 2;
    expect(parseRawObject(`{"a":[${Array.from({ length: elements }, (_, i) => i).join(',')}]}`).value['a']).toHaveLength(elements);
  });

  test('with one string of a megabyte', () => {
    expect(parseRawObject(`{"a":"${String.raw`\"`.repeat(500_000)}"}`).member('a')?.raw).toHaveLength(1_000_002);
  });
});

test('what an older release stored is merged whatever its limits were', () => {
  const long = '7'.repeat(5_000);
  expect(mergeRawObjects(`{"kept":${long}}`, '{"new":1}')).toBe(`{"kept":${long},"new":1}`);
});
