import fc from 'fast-check';
import { JSON_LIMITS } from './json-limits.js';
import { parseInSlices } from './parse-in-slices.js';

const parse = (text: string) => parseInSlices(text, { ...JSON_LIMITS, maxValues: 500_000, maxMembers: 10_000 });

test('any JSON text gives what JSON.parse gives', async () => {
  const text = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value, undefined, 1));
  await fc.assert(
    fc.asyncProperty(text, async (json) => {
      fc.pre(!json.includes('__proto__') && !json.includes(String.raw`\u0000`));
      expect(await parse(json)).toEqual(JSON.parse(json));
    }),
  );
});

test('others have turns of the event loop while a large text is parsed', async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await parse(`[${'{"a":1.5,"b":"text"},'.repeat(100_000)}0]`);
  clearImmediate(next);
  expect(turns).toBeGreaterThan(5);
});

test.each([
  ['broken JSON', '{"a":', 'not valid JSON'],
  ['a string without an end', '["x', 'not valid JSON'],
  ['a broken escape', String.raw`["\x"]`, 'not valid JSON'],
  ['a control character in a string', '["\n"]', 'not valid JSON'],
  ['a number JSON does not know', '[01]', 'not valid JSON'],
  ['a key __proto__', String.raw`{"a":{"__pr\u006fto__":1}}`, '__proto__'],
  ['U+0000', String.raw`["\u0000"]`, 'U+0000'],
  ['65 levels', '['.repeat(65) + ']'.repeat(65), 'nested deeper than 64'],
  ['too many values', `[${'1,'.repeat(500_000)}1]`, 'more than 500,000 values'],
  ['an object of too many members', `{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":1`).join(',')}}`, 'more than 10,000 members'],
  ['a number that is too long', `[${'1'.repeat(1_025)}]`, 'more than 1,024 characters'],
])('%s is refused', async (_what, text, reason) => {
  await expect(parse(text)).rejects.toThrow(reason);
});
