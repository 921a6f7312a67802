import { z } from 'zod';

/** A setting that is a secret: `writeOnly` in the JSON schema, masked wherever settings are shown. */
export const secretSetting = (): z.ZodString => z.string().min(1).max(4096).meta({ writeOnly: true, format: 'password' });
