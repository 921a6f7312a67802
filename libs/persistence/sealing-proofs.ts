import type { Sealer } from '#core';
import type { DataSource } from 'typeorm';
import { SealingKeyEntity } from './entities/sealing-key.entity.js';

const PROOF = 'this key opens what it sealed';

/** The keys given do not fit this database; the message is one line with the way out. */
export class SealingKeysError extends Error {
  override readonly name = 'SealingKeysError';
}

/**
 * Proves at the start that the sealing keys are the ones this database was written with, instead of failing at the first
 * secret. A key used for the first time leaves its proof.
 */
export async function proveSealingKeys(database: DataSource, sealer: Sealer): Promise<void> {
  const keys = database.getRepository(SealingKeyEntity);
  for (const { id, proof } of await keys.find()) {
    if (opens(sealer, id, proof)) continue;
    throw new SealingKeysError(
      `SEALING_KEYS has no usable key "${id}", which sealed values of this database; add it (it may come after the active one)`,
    );
  }
  const id = sealer.activeKeyId;
  const proof = sealer.seal(PROOF, { table: 'sealing_key', column: 'proof', row: id });
  await keys.createQueryBuilder().insert().values({ id, proof }).orIgnore().updateEntity(false).execute();
}

function opens(sealer: Sealer, id: string, proof: Buffer): boolean {
  try {
    return sealer.open(proof, { table: 'sealing_key', column: 'proof', row: id }) === PROOF;
  } catch {
    return false;
  }
}
