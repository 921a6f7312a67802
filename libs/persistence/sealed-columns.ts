import type { Sealer } from '#core';

/** Seals and opens the columns of one table; nothing is sealed for a value that is absent. */
export class SealedColumns {
  constructor(
    private readonly sealer: Sealer,
    private readonly table: string,
  ) {}

  seal(column: string, row: string, plain: string | undefined): Buffer | null {
    return plain === undefined ? null : this.sealer.seal(plain, { table: this.table, column, row });
  }

  open(column: string, row: string, sealed: Buffer | null): string | undefined {
    return sealed === null ? undefined : this.sealer.open(sealed, { table: this.table, column, row });
  }
}
