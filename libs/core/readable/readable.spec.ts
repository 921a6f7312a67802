import { readable, readableText } from './readable.js';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `name-${index}`);

test('80,000 names become the first of them, and how many there were more', () => {
  expect(readable({ parameters: names(80_000) })).toEqual({ parameters: [...names(50), '… and 79950 more'] });
});

test.each<[string, unknown]>([
  ['a long text', 'x'.repeat(1_000_000)],
  ['many long texts', Array.from({ length: 50 }, () => 'x'.repeat(8_000))],
  ['an object of many members', Object.fromEntries(names(80_000).map((name) => [name, name]))],
  ['an object of long names', { ['k'.repeat(1_000_000)]: 1 }],
  ['lists in lists', Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => names(50)))],
  ['an error with a long message', { error: new Error('x'.repeat(1_000_000)) }],
])('%s is cut', (_what, value) => {
  expect(JSON.stringify(readable(value)).length).toBeLessThan(20_000);
});

test('endless nesting ends', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['itself'] = cyclic;
  expect(JSON.stringify(readable(cyclic))).toContain('…');
});

test('of an error nothing is kept but name, message, code and stack, wherever it is', () => {
  const error = Object.assign(new TypeError('no'), { code: 'ECONNRESET', query: 'select secret', cause: new Error('secret') });
  expect(readable({ error, details: [error] })).toMatchObject({ error: { name: 'TypeError', message: 'no', code: 'ECONNRESET' } });
  expect(JSON.stringify(readable({ error, details: [error] }))).not.toContain('secret');
});

test('what is short stays as it is', () => {
  const value = { plan: 'p-1', closedMessage: undefined, count: 3, free: false, nothing: null, list: ['a', 1], at: new Date(0) };
  expect(readable(value)).toEqual(value);
});

test('control characters and marks that turn the direction of text are taken out; line breaks stay', () => {
  expect(readableText('a\u001b[31m\u202eb\n\tc\u0000')).toBe('a[31mb\n\tc');
});

test('a secret is masked before the text is cut, in names as well', () => {
  const mask = (text: string): string => text.replaceAll('hunter2', '********');
  const text = `${'x'.repeat(8_188)}hunter2`;
  expect(readableText(text, mask)).not.toContain('hunt');
  expect(readable({ 'key hunter2': ['hunter2'] }, mask)).toEqual({ 'key ********': ['********'] });
});

test('a secret with hidden characters inside is masked', () => {
  const mask = (text: string): string => text.replaceAll('hunter2', '********');
  expect(readableText('wrong: hun\u200eter\u00072', mask)).toBe('wrong: ********');
});
