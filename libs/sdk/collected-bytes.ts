/** So many pieces may be of any size: those of a slow line are small. */
const FREE_PIECES = 16_384;
const LEAST_AVERAGE_BYTES = 64;

/**
 * Bytes that arrive in pieces, copied into one buffer. The peer chooses the pieces: one of a single byte that is kept as it
 * came takes a hundred times its size, and each takes its time. Beyond 16,384 they must have 64 bytes on average.
 */
export class CollectedBytes {
  private buffer = Buffer.alloc(0);
  private sizeBytes = 0;
  private pieces = 0;

  constructor(private readonly maxBytes: number) {}

  /** Takes the piece. Says why it does not: the rest should not be read then. */
  add(piece: Uint8Array): 'too large' | 'too small pieces' | undefined {
    const sizeBytes = this.sizeBytes + piece.length;
    this.pieces += 1;
    if (sizeBytes > this.maxBytes) return 'too large';
    if (this.pieces > FREE_PIECES && sizeBytes < this.pieces * LEAST_AVERAGE_BYTES) return 'too small pieces';
    if (sizeBytes > this.buffer.length) this.grow(sizeBytes);
    this.buffer.set(piece, this.sizeBytes);
    this.sizeBytes = sizeBytes;
    return undefined;
  }

  /** What was taken so far. */
  all(): Buffer {
    return this.buffer.subarray(0, this.sizeBytes);
  }

  /** To twice the size, so that each byte is copied about once more and not once per piece. */
  private grow(leastBytes: number): void {
    const larger = Buffer.alloc(Math.min(Math.max(leastBytes, 2 * this.buffer.length), this.maxBytes));
    larger.set(this.all());
    this.buffer = larger;
  }
}
