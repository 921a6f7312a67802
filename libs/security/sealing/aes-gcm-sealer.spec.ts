import fc from 'fast-check';
import { AesGcmSealer } from './aes-gcm-sealer.js';
import { SealError } from './seal-error.js';
import { generateSealingKeys, parseSealingKeys } from './sealing-keys.js';

const place = { table: 'binding', column: 'credentials', row: '0198-a' };
const OLD = generateSealingKeys();
const NEW = generateSealingKeys();
const sealer = new AesGcmSealer(parseSealingKeys(OLD));

describe('a sealed value', () => {
  test('opens to the same text, in the place it was sealed for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(sealer.open(sealer.seal(text, place), place)).toBe(text);
        expect(sealer.open(sealer.seal(Buffer.from(text), place), place)).toBe(text);
      }),
    );
  });

  test('shows nothing of the text and is different every time', () => {
    const sealed = sealer.seal('{"password":"hunter2"}', place);
    expect(sealed.includes('hunter2')).toBe(false);
    expect(sealer.seal('{"password":"hunter2"}', place).equals(sealed)).toBe(false);
  });

  test.each([
    ['another row', { ...place, row: '0198-b' }],
    ['another column', { ...place, column: 'parameters' }],
    ['another table', { ...place, table: 'instance' }],
    ['a place whose names run together the same way', { table: 'bindingc', column: 'redentials', row: '0198-a' }],
  ])('does not open in %s', (_what, elsewhere) => {
    const sealed = sealer.seal('secret', place);
    expect(() => sealer.open(sealed, elsewhere)).toThrow(SealError);
    expect(() => sealer.open(sealed, elsewhere)).toThrow(/sealed for another place/);
  });

  test('no two places are taken for one another, whatever their names are', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('a', '"', ',', '","', 'a","a'));
    const anyPlace = fc.record({ table: name, column: name, row: name });
    fc.assert(
      fc.property(anyPlace, anyPlace, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(() => sealer.open(sealer.seal('secret', one), other)).toThrow(SealError);
      }),
    );
  });

  test('does not open once any bit of it was changed', () => {
    const sealed = sealer.seal('secret', place);
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const changed = Buffer.from(sealed);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => sealer.open(changed, place)).toThrow(SealError);
      }),
      { numRuns: 500 },
    );
  });

  test('does not open once its end was cut off or something was added', () => {
    const sealed = sealer.seal('secret', place);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open(sealed.subarray(0, length), place)).toThrow(SealError);
    }
    expect(() => sealer.open(Buffer.concat([sealed, Buffer.of(0)]), place)).toThrow(SealError);
  });

  test('the error names the place and keeps the text to itself', () => {
    const sealed = sealer.seal('hunter2', place);
    expect(() => sealer.open(sealed, { ...place, row: 'x' })).toThrow(/^binding\.credentials of x: /);
    expect(() => sealer.open(sealed, { ...place, row: 'x' })).not.toThrow(/hunter2/);
  });
});

describe('changing keys', () => {
  const both = new AesGcmSealer(parseSealingKeys(`${NEW},${OLD}`));
  const idOf = (keys: string): string => keys.slice(0, keys.indexOf(':'));

  test('the first key seals, and values under the one before still open', () => {
    const before = sealer.seal('secret', place);
    expect(both.activeKeyId).toBe(idOf(NEW));
    expect(both.keyIdOf(both.seal('secret', place))).toBe(idOf(NEW));
    expect(both.keyIdOf(before)).toBe(idOf(OLD));
    expect(both.open(before, place)).toBe('secret');
  });

  test('a value whose key is gone says which key to add, and where', () => {
    const sealed = both.seal('secret', place);
    expect(() => sealer.open(sealed, place)).toThrow(
      `binding.credentials of 0198-a: sealed with the key "${idOf(NEW)}"; add it to SEALING_KEYS`,
    );
  });

  test('another key under the same id does not open it', () => {
    const impostor = new AesGcmSealer(parseSealingKeys(`${idOf(OLD)}:${NEW.slice(NEW.indexOf(':') + 1)}`));
    expect(() => impostor.open(sealer.seal('secret', place), place)).toThrow(/has other bytes now/);
  });

  test('the key id of something else is refused', () => {
    expect(() => sealer.keyIdOf(Buffer.from('{"plain":"text"}'))).toThrow(SealError);
  });
});
