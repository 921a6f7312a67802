import { escapeLiteral } from 'pg';
import { z } from 'zod';
import type { Connections } from './connections.js';
import type { Bounds } from './session.js';

const localeName = z.string().regex(/^[\x21-\x7e]{1,100}$/, 'must be the name of a locale, such as de_DE.UTF-8');

/** Settings of new databases that cannot be changed later. */
export const localeSettings = {
  encoding: z
    .string()
    .regex(/^\w{1,32}$/, 'must be the name of an encoding, such as UTF8')
    .optional()
    .meta({ description: 'Encoding of new databases. "UTF8" when absent.' }),
  locale: localeName.optional().meta({ description: "Locale of new databases. The server's own when absent." }),
  localeProvider: z
    .enum(['libc', 'icu', 'builtin'])
    .optional()
    .meta({ description: 'Who provides "locale"; "builtin" from PostgreSQL 17 on. "libc" when absent.' }),
  collation: localeName.optional().meta({ description: 'Sort order of new databases (LC_COLLATE), where it differs from "locale".' }),
};

export type DatabaseLocale = z.infer<z.ZodObject<typeof localeSettings>>;

/** As options of CREATE DATABASE. */
export function localeOptions({ encoding = 'UTF8', locale, localeProvider = 'libc', collation }: DatabaseLocale): string {
  const options = [`ENCODING ${escapeLiteral(encoding)}`];
  if (locale !== undefined) options.push(`LOCALE_PROVIDER ${localeProvider} ${LOCALE_OPTIONS[localeProvider]} ${escapeLiteral(locale)}`);
  if (collation !== undefined) options.push(`LC_COLLATE ${escapeLiteral(collation)}`);
  return options.join(' ');
}

const LOCALE_OPTIONS = { libc: 'LOCALE', icu: 'ICU_LOCALE', builtin: 'BUILTIN_LOCALE' };

/** Whether the server has them. @throws Error that names the setting */
export async function requireLocale(connections: Connections, settings: DatabaseLocale, bounds: Bounds): Promise<void> {
  const { encoding = 'UTF8', locale, localeProvider = 'libc', collation } = settings;
  await connections.read(bounds, async (admin) => {
    const [known] = await admin.rows<{ number: number }>('SELECT pg_char_to_encoding($1) AS number', [encoding]);
    if (known?.number === -1) throw new Error(`"encoding": the PostgreSQL server has no encoding ${encoding}`);
    const collations = [
      ...(locale === undefined ? [] : [['locale', localeProvider, locale] as const]),
      ...(collation === undefined ? [] : [['collation', 'libc', collation] as const]),
    ];
    for (const [setting, provider, name] of collations) {
      await admin
        .change(
          `CREATE COLLATION pg_temp.osb_check (PROVIDER = ${provider}, LOCALE = ${escapeLiteral(name)})`,
          'DROP COLLATION pg_temp.osb_check',
        )
        .catch((error: unknown) => {
          throw new Error(`"${setting}": the PostgreSQL server does not have the locale ${name}`, { cause: error });
        });
    }
  });
}
