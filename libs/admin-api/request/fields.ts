import { z } from 'zod';

/** The members a schema must have to describe `T`: all of them, and no other. */
export type ShapeOf<T> = Record<keyof T, z.ZodType>;

/** A value of a closed list of words; the keys of `words` are the list, so that none is forgotten. */
export function oneOf<W extends string>(words: Readonly<Record<W, unknown>>): z.ZodEnum<{ [word in W]: word }> {
  return z.enum(Object.keys(words) as W[]);
}

/** Text a caller looks for. Postgres cannot hold U+0000, so nothing can have it. */
export const searchText = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => !text.includes('\0'), 'must not contain the character NUL');

/** A time in an answer. */
export const time = z.string().meta({ format: 'date-time' });

/** A JSON object of any members. */
export const anyObject = z.record(z.string(), z.unknown());
