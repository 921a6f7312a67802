/** Where a sealed value lives. A value opens only in the place it was sealed for. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  /** What makes the row one of a kind for good: its incarnation, or its own id. */
  readonly row: string;
}

/** Keeps secrets unreadable in the database, and tied to their row and column. */
export abstract class Sealer {
  /** Id of the key that seals from now on; a value under another key is due for sealing again. */
  abstract readonly activeKeyId: string;

  /** A Buffer must hold UTF-8 text. The same text sealed twice gives two different values. */
  abstract seal(plain: string | Buffer, place: SealedPlace): Buffer;

  /** The UTF-8 text. Throws when the key is unknown, the value was changed, or it was sealed for another place. */
  abstract open(sealed: Buffer, place: SealedPlace): string;

  /** Id of the key a value was sealed with, read without opening it. */
  abstract keyIdOf(sealed: Buffer): string;
}
