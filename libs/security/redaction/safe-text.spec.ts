import fc from 'fast-check';
import { safeText } from './safe-text.js';

describe('text from outside', () => {
  test.each([
    ['line breaks become blanks', 'first\r\nsecond\tthird', 'first second third'],
    ['terminal commands lose their start', 'a\u001b[2Jb', 'a[2Jb'],
    ['NUL and DEL vanish', 'a\0b\u007fc', 'abc'],
    ['text is not turned around', 'a\u202eb\u2066c', 'abc'],
    ['a lone surrogate is replaced', 'a\ud800b', 'a\ufffdb'],
    ['umlauts and emoji stay', ' Grüße 👋 ', 'Grüße 👋'],
  ])('%s', (_what, text, expected) => {
    expect(safeText(text, 100)).toBe(expected);
  });

  test('is cut between characters, and says so', () => {
    expect(safeText('abcdefgh', 8)).toBe('abcdefgh');
    expect(safeText('abcdefghi', 8)).toBe('abcde…');
    expect(safeText('ääääää', 8)).toBe('ää…');
    expect(safeText('👋👋👋', 8)).toBe('👋…');
  });

  test('is not read to its end when it is far longer than what may be left of it', () => {
    expect(safeText(`ab${'\0'.repeat(1_000)}c`, 8)).toBe('ab…');
    expect(safeText(`ab${'\0'.repeat(100)}c`, 8)).toBe('abc');
  });

  test('is never longer than allowed, never broken, and stays the same when made safe again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(60), (text, maxBytes) => {
        const safe = safeText(text, maxBytes);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(maxBytes);
        expect(safe.isWellFormed() && !/\p{Cc}/u.test(safe)).toBe(true);
        expect(safeText(safe, maxBytes)).toBe(safe);
      }),
      { numRuns: 300 },
    );
  });
});
