import { z } from 'zod';

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9._-]{1,64}$/;

/** `id:base64[,id:base64…]`, each id once. Hands the text on: the sealer decodes it. Messages name ids only. */
export const sealingKeys = z.string().superRefine((text, context) => {
  const entries = text.split(',').map((entry) => entry.trim());
  for (const [index, entry] of entries.entries()) {
    const message = whatIsWrong(entry);
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: [index] });
  }
  const ids = entries.map((entry) => entry.split(':')[0]);
  if (new Set(ids).size < ids.length) context.addIssue({ code: 'custom', message: 'has an id twice' });
});

function whatIsWrong(entry: string): string | undefined {
  const [id, encoded, ...rest] = entry.split(':');
  if (id === undefined || encoded === undefined || rest.length > 0) return 'is not id:key';
  if (!ID.test(id)) return 'has an id that is not 1 to 64 letters, digits, ".", "_" or "-"';
  const key = Buffer.from(encoded, 'base64');
  // Buffer.from skips what is not base64; a key with a slip would seal with other bytes than were meant.
  if (key.toString('base64') !== encoded) return `("${id}") is not base64 behind the colon`;
  return key.length === KEY_BYTES ? undefined : `("${id}") has ${key.length} bytes, not ${KEY_BYTES}`;
}
