import { generateSealingKeys, parseSealingKeys } from './sealing-keys.js';

const KEY = Buffer.alloc(32, 7).toString('base64');

describe('SEALING_KEYS', () => {
  test('reads one key, or several with blanks around them', () => {
    expect(parseSealingKeys(`a:${KEY}`).map(({ id }) => id)).toEqual(['a']);
    const [first] = parseSealingKeys(` 2026-11:${KEY} ,\n old.key_1:${KEY}`);
    expect([first?.id, first?.key.export().equals(Buffer.alloc(32, 7))]).toEqual(['2026-11', true]);
  });

  test('a generated text can be read, and is another one each time', () => {
    expect(parseSealingKeys(generateSealingKeys())).toHaveLength(1);
    expect(generateSealingKeys()).not.toBe(generateSealingKeys());
  });

  test.each([
    ['nothing', '', 'entry 1'],
    ['a key without an id', KEY, 'entry 1'],
    ['an empty id', `:${KEY}`, 'entry 1'],
    ['an id with a blank', `my key:${KEY}`, 'entry 1'],
    ['an entry left empty', `a:${KEY},`, 'entry 2'],
    ['a short key', `a:${Buffer.alloc(16).toString('base64')}`, 'key "a": expected 32 bytes in base64'],
    ['a long key', `a:${Buffer.alloc(33).toString('base64')}`, 'key "a"'],
    ['a key in hex', `a:${Buffer.alloc(32).toString('hex')}`, 'key "a"'],
    ['a key with a typing error', `a:${KEY.replace('B', '!')}`, 'key "a"'],
    ['one id twice', `a:${KEY},a:${KEY}`, 'two keys with the id "a"'],
  ])('refuses %s and says how to go on', (_what, text, message) => {
    expect(() => parseSealingKeys(text)).toThrow(message);
    expect(() => parseSealingKeys(text)).toThrow(/SEALING_KEYS.*(openssl|its own id)/);
    if (text !== '') expect(() => parseSealingKeys(text)).not.toThrow(KEY);
  });
});
