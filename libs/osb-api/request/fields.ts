import { z } from 'zod';

/** Text of a length and form the record can keep; half a surrogate pair would be another character when read back. */
export const text = z
  .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') })
  .max(1024, 'must have at most 1,024 characters')
  .refine((value) => value.isWellFormed(), 'must be well-formed Unicode text');

/** An id or guid: text that is there. */
export const requiredText = text.min(1, 'must not be empty');

/** Null counts as absent. */
export const optionalText = requiredText.nullish().transform((value) => value ?? undefined);

/** A JSON object of any members, which are not looked at: a schema that does would copy each of them. Null counts as absent. */
export const optionalObject = z.custom<Record<string, unknown>>(isObject, 'must be an object').nullish();

/** OSB 2.17, Maintenance Info Object. Without a version it counts as absent; everything but the version is ignored. */
export const maintenanceInfo = z
  .object({ version: z.string('must be a string').optional() }, 'must be an object')
  .nullish();

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
