import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/** One key of `SEALING_KEYS`. */
export interface SealingKey {
  readonly id: string;
  readonly key: KeyObject;
}

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;
const WAY_OUT = `write SEALING_KEYS as "id:key[,id2:key2]"; make a key with: openssl rand -base64 ${KEY_BYTES}`;

/**
 * Reads `SEALING_KEYS`: `id:base64(32 bytes)[,id2:…]`. The first key seals, all of them open.
 *
 * @throws Error naming the entry and the way out; never with key material in it.
 */
export function parseSealingKeys(text: string): readonly SealingKey[] {
  const keys = text.split(',').map((entry, index) => parseEntry(entry.trim(), index + 1));
  const ids = new Set<string>();
  for (const { id } of keys) {
    if (ids.has(id)) throw new Error(`SEALING_KEYS has two keys with the id "${id}"; give each its own id`);
    ids.add(id);
  }
  return keys;
}

/** A new text for `SEALING_KEYS` with one random key. Whoever loses it loses every sealed value. */
export function generateSealingKeys(): string {
  return `key-${randomBytes(4).toString('hex')}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

function parseEntry(entry: string, position: number): SealingKey {
  const colon = entry.indexOf(':');
  if (colon < 0) throw new Error(`SEALING_KEYS, entry ${position}: expected "id:key"; ${WAY_OUT}`);
  const id = entry.slice(0, colon);
  if (!KEY_ID.test(id)) {
    throw new Error(`SEALING_KEYS, entry ${position}: an id is 1 to 64 of A-Z a-z 0-9 . _ -; ${WAY_OUT}`);
  }
  return { id, key: parseKey(entry.slice(colon + 1), id) };
}

function parseKey(encoded: string, id: string): KeyObject {
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer.from skips what is not base64; a key with a typing error would seal with other bytes than were meant.
  if (bytes.toString('base64') !== encoded || bytes.length !== KEY_BYTES) {
    throw new Error(`SEALING_KEYS, key "${id}": expected ${KEY_BYTES} bytes in base64 (44 characters); ${WAY_OUT}`);
  }
  return createSecretKey(bytes);
}
