/**
 * A sealed value as bytes: format (1), length of the key id (1), key id, IV (12), tag (16), ciphertext.
 * Only the ciphertext depends on the key; key id and format are covered by the tag through the associated data.
 */
export interface Envelope {
  readonly keyId: string;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly ciphertext: Buffer;
}

export const FORMAT = 1;
export const IV_BYTES = 12;
export const TAG_BYTES = 16;

export function packEnvelope({ keyId, iv, tag, ciphertext }: Envelope): Buffer {
  const id = Buffer.from(keyId, 'ascii');
  return Buffer.concat([Buffer.of(FORMAT, id.length), id, iv, tag, ciphertext]);
}

/** Undefined when the bytes are no envelope of this format. */
export function unpackEnvelope(bytes: Buffer): Envelope | undefined {
  const [format, idLength] = bytes;
  if (format !== FORMAT || idLength === undefined) return undefined;
  const ivAt = 2 + idLength;
  const tagAt = ivAt + IV_BYTES;
  const ciphertextAt = tagAt + TAG_BYTES;
  if (bytes.length < ciphertextAt) return undefined;
  return {
    keyId: bytes.toString('latin1', 2, ivAt),
    iv: bytes.subarray(ivAt, tagAt),
    tag: bytes.subarray(tagAt, ciphertextAt),
    ciphertext: bytes.subarray(ciphertextAt),
  };
}
