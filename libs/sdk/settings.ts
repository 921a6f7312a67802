import { z } from 'zod';

const MAX_SECRET_CHARACTERS = 4096;

/** A setting that is a secret: `writeOnly` in the JSON schema, masked wherever settings are shown. */
export const secretSetting = (maxCharacters = MAX_SECRET_CHARACTERS): z.ZodString =>
  z.string().min(1).max(maxCharacters).meta({ writeOnly: true, format: 'password' });
