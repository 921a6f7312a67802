import { z } from 'zod';
import { isNetwork } from './allowed-hosts.js';

/** Addresses and networks of proxies, or how many of them stand between clients and the gateway. */
export type TrustProxy = readonly string[] | number;

const MAX_HOPS = 16;

const hops = z
  .string()
  .regex(/^\d{1,2}$/)
  .transform(Number)
  .refine((count) => count >= 1 && count <= MAX_HOPS, 'is out of range');

const addresses = z
  .string()
  .transform((text) => text.split(',').map((address) => address.trim().toLowerCase()))
  .pipe(z.array(z.string().refine(isNetwork, 'is not an address or network')));

/** As Fastify's `trustProxy` takes it, but for `true`: who trusts everybody believes every address a client makes up. */
export const trustProxy = z.string().transform((text, context): TrustProxy => {
  const parsed = /^\d+$/.test(text) ? hops.safeParse(text) : addresses.safeParse(text);
  if (parsed.success) return parsed.data;
  for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path: [...path] });
  return z.NEVER;
});
