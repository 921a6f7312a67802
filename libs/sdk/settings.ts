import { z } from 'zod';

const MAX_SECRET_CHARACTERS = 4096;

/** A setting that is a secret: `writeOnly` in the JSON schema, masked wherever settings are shown. */
export const secretSetting = (maxCharacters = MAX_SECRET_CHARACTERS): z.ZodString =>
  z.string().min(1).max(maxCharacters).meta({ writeOnly: true, format: 'password' });

/**
 * A setting the gateway fills in: `readOnly` in the JSON schema. Operators see it, with its secrets masked, and cannot
 * set it; it is not stored. Top level only.
 */
export const providedSetting = <T extends z.ZodType>(shape: T, description: string): z.ZodOptional<T> =>
  shape.optional().meta({ readOnly: true, description });
