/** An argon2id digest with everything needed to check it again. */
export interface Argon2idDigest {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
/** A digest asking for more is refused: checking it would stall every other check. */
const MAX_MEMORY_KIB = 262_144;
const MAX_PASSES = 16;
const MAX_PARALLELISM = 8;

export function formatPhcString(digest: Argon2idDigest): string {
  const { memoryKib, passes, parallelism, salt, tag } = digest;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Undefined when the text is no argon2id PHC string, or one that costs too much to check. */
export function parsePhcString(text: string): Argon2idDigest | undefined {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(text) ?? [];
  if (salt === undefined || tag === undefined) return undefined;
  const digest = {
    memoryKib: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
  return isAffordable(digest) ? digest : undefined;
}

function isAffordable({ memoryKib, passes, parallelism }: Argon2idDigest): boolean {
  const withinMemory = memoryKib >= 8 * parallelism && memoryKib <= MAX_MEMORY_KIB;
  return withinMemory && passes >= 1 && passes <= MAX_PASSES && parallelism >= 1 && parallelism <= MAX_PARALLELISM;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
