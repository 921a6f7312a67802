import { randomBytes } from 'node:crypto';

declare const brand: unique symbol;
type Id<B extends string> = string & { readonly [brand]: B };

/** One life of an instance or binding: a new one each time the platform creates that id. A version 7 uuid. */
export type Incarnation = Id<'Incarnation'>;
/** The gateway's own name of an operation: 24 characters of `0-9a-v`, sortable by time, opaque to callers. */
export type OperationId = Id<'OperationId'>;

const BASE32 = '0123456789abcdefghijklmnopqrstuv';

export function newOperationId(): OperationId {
  let bits = BigInt(`0x${timeOrdered().toString('hex')}`);
  let text = '';
  for (let digit = 0; digit < 24; digit += 1) {
    text = BASE32[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return text as OperationId;
}

/** Whether a text can be the name of an operation at all. */
export function isOperationId(text: string): text is OperationId {
  return /^[0-9a-v]{24}$/.test(text);
}

export function newIncarnation(): Incarnation {
  return newUuid() as Incarnation;
}

/** Time-ordered, so that rows written together lie together in the index. */
export function newUuid(): string {
  const bytes = Buffer.concat([timeOrdered(), randomBytes(1)]);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** 48 bits of milliseconds and 72 random ones. */
function timeOrdered(): Buffer {
  const bytes = randomBytes(15);
  bytes.writeUIntBE(Date.now(), 0, 6);
  return bytes;
}
