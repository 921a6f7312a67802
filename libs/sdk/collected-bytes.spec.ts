import { CollectedBytes } from './collected-bytes.js';

const collect = (pieces: readonly string[], maxBytes = 1_000): CollectedBytes => {
  const bytes = new CollectedBytes(maxBytes);
  for (const piece of pieces) bytes.add(Buffer.from(piece));
  return bytes;
};

test('pieces of any size are put together in their order', () => {
  expect(collect([]).all()).toHaveLength(0);
  expect(collect(['a', '', 'bc', 'd'.repeat(100), 'e']).all().toString()).toBe(`abc${'d'.repeat(100)}e`);
});

test('a piece is copied, so that nothing of what it came in is held', () => {
  const bytes = new CollectedBytes(10);
  const piece = Buffer.from('abc');
  bytes.add(piece);
  piece.fill('x');
  expect(bytes.all().toString()).toBe('abc');
});

test('what would go over the limit is not taken', () => {
  const bytes = new CollectedBytes(4);
  expect(bytes.add(Buffer.from('abc'))).toBeUndefined();
  expect(bytes.add(Buffer.from('de'))).toBe('too large');
  expect(bytes.add(Buffer.from('d'))).toBeUndefined();
  expect(bytes.all().toString()).toBe('abcd');
});

test('very many pieces are taken as long as they are not very small', () => {
  const added = (pieceBytes: number): ReturnType<CollectedBytes['add']>[] => {
    const bytes = new CollectedBytes(4_000_000);
    return Array.from({ length: 20_000 }, () => bytes.add(Buffer.alloc(pieceBytes)));
  };
  expect(new Set(added(64))).toEqual(new Set([undefined]));
  expect(added(1).indexOf('too small pieces')).toBe(16_384);
});
