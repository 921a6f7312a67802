import { storableJson } from './storable-json.js';

test.each([
  ['U+0000', { 'a\0': ['\0'] }, { 'a\ufffd': ['\ufffd'] }],
  ['half a surrogate pair', { '\ud800': 'x\udfff' }, { '\ufffd': 'x\ufffd' }],
  ['a whole surrogate pair', { '😀': '😀' }, { '😀': '😀' }],
  ['an escaped backslash', { a: '\\u0000', b: '\\\\ud800' }, { a: '\\u0000', b: '\\\\ud800' }],
  ['other control characters', { a: '\u0001\n"' }, { a: '\u0001\n"' }],
])('%s is written so that jsonb takes it', (_what, value, stored) => {
  expect(JSON.parse(storableJson(value) as string)).toEqual(stored);
});

test('what is absent is null', () => {
  expect(storableJson(undefined)).toBeNull();
});
