import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import type { SealedPlace, Sealer } from '#core';
import { FORMAT, IV_BYTES, packEnvelope, TAG_BYTES, unpackEnvelope, type Envelope } from './envelope.js';
import { SealError } from './seal-error.js';
import type { SealingKey } from './sealing-keys.js';

const ALGORITHM = 'aes-256-gcm';

/**
 * AES-256-GCM. Table, column, row and key id are associated data, so a value copied to another place does not open.
 * IVs are random: seal at most 2^32 values with one key, then put a new one in front.
 */
export class AesGcmSealer implements Sealer {
  readonly activeKeyId: string;
  readonly #active: SealingKey;
  readonly #keys: ReadonlyMap<string, KeyObject>;

  /** The first key seals, all of them open. */
  constructor(keys: readonly SealingKey[]) {
    const [active] = keys;
    if (active === undefined) throw new Error('SEALING_KEYS is empty; it needs at least one key');
    this.#active = active;
    this.activeKeyId = active.id;
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  seal(plain: string | Buffer, place: SealedPlace): Buffer {
    const { id, key } = this.#active;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(id, place));
    const bytes = typeof plain === 'string' ? Buffer.from(plain, 'utf8') : plain;
    const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return packEnvelope({ keyId: id, iv, tag: cipher.getAuthTag(), ciphertext });
  }

  open(sealed: Buffer, place: SealedPlace): string {
    const envelope = unpackEnvelope(sealed);
    if (envelope === undefined) throw new SealError(place, 'this is not a sealed value; it was cut or overwritten');
    const key = this.#keys.get(envelope.keyId);
    if (key === undefined) {
      throw new SealError(place, `sealed with the key "${printable(envelope.keyId)}"; add it to SEALING_KEYS`);
    }
    const plain = decipher(envelope, key, place);
    if (plain === undefined) {
      const reason = 'it was changed, sealed for another place, or that key has other bytes now';
      throw new SealError(place, `does not open with the key "${envelope.keyId}": ${reason}`);
    }
    return plain.toString('utf8');
  }

  keyIdOf(sealed: Buffer): string {
    const envelope = unpackEnvelope(sealed);
    if (envelope === undefined) throw new SealError(undefined, 'these bytes are not a sealed value');
    return envelope.keyId;
  }
}

function decipher({ keyId, iv, tag, ciphertext }: Envelope, key: KeyObject, place: SealedPlace): Buffer | undefined {
  // Without authTagLength Node takes tags of 4 bytes as well.
  const opening = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  opening.setAAD(associatedData(keyId, place));
  opening.setAuthTag(tag);
  try {
    return Buffer.concat([opening.update(ciphertext), opening.final()]);
  } catch {
    return undefined;
  }
}

/** A JSON array of strings: no two places give the same bytes, whatever characters their names hold. */
function associatedData(keyId: string, { table, column, row }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([`v${FORMAT}`, keyId, table, column, row]), 'utf8');
}

/** The id of an unknown key comes from the database and may be garbage. */
function printable(keyId: string): string {
  return keyId.replace(/[^\x20-\x7e]/g, '?');
}
