import type { SealedPlace } from '#core';

/** A sealed value that cannot be opened. The message is for operators: the place and the way out, never the value. */
export class SealError extends Error {
  override readonly name = 'SealError';

  constructor(place: SealedPlace | undefined, reason: string) {
    const where = place === undefined ? 'a value' : `${place.table}.${place.column} of ${place.row}`;
    super(`${where}: ${reason}`);
  }
}
