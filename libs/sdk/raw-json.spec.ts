import { canonicalJson, JsonTextError, parseRawObject } from './raw-json.js';
import fc from 'fast-check';

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
    ['nesting without end', '{"a":' + '['.repeat(100_000) + ']'.repeat(100_000) + '}', 'nested deeper'],
  ])('%s', (_what, text, message) => {
    expect(() => parseRawObject(text)).toThrow(JsonTextError);
    expect(() => parseRawObject(text)).toThrow(message);
  });

  test('an escaped backslash before u0000 is not U+0000', () => {
    expect(parseRawObject('{"a":"\\\\u0000"}').value).toEqual({ a: '\\u0000' });
  });
});

describe('two spellings of one value are equal', () => {
  test.each([
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['{"n":1}', '{"n":1.0}'],
    ['{"n":100}', '{"n":1e2}'],
    ['{"n":0}', '{"n":-0.0}'],
    ['{"s":"ä"}', '{"s":"\\u00e4"}'],
  ])('%s and %s', (a, b) => {
    expect(canonicalJson(a)).toBe(canonicalJson(b));
  });

  test.each([
    ['{"n":12345678901234567890}', '{"n":12345678901234567891}'],
    ['{"n":1}', '{"n":"1"}'],
    ['{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"a":null}', '{}'],
    ['{"n":1}', '{"n":-1}'],
  ])('%s and %s are not', (a, b) => {
    expect(canonicalJson(a)).not.toBe(canonicalJson(b));
  });
});
