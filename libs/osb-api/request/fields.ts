import { z } from 'zod';

/** An id or guid: text that is there. */
export const requiredText = z
  .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') })
  .min(1, 'must not be empty')
  .max(1024, 'must have at most 1,024 characters');

/** Null counts as absent. */
export const optionalText = requiredText.nullish().transform((value) => value ?? undefined);

/** A JSON object; null counts as absent. */
export const optionalObject = z.record(z.string(), z.unknown(), 'must be an object').nullish();

/** OSB 2.17, Maintenance Info Object. Without a version it counts as absent; everything but the version is ignored. */
export const maintenanceInfo = z
  .looseObject({ version: z.string('must be a string').optional() }, 'must be an object')
  .nullish();
