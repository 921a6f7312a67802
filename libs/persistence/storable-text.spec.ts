import { storableText } from './storable-text.js';

test('U+0000 is written so that Postgres takes it, all else as it is', () => {
  expect(storableText('a\0b\0')).toBe('a\ufffdb\ufffd');
  expect(storableText('Ж\u0001\n💾')).toBe('Ж\u0001\n💾');
  expect(storableText(undefined)).toBeNull();
});
