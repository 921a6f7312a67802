import { z } from 'zod';

const MASK = '********';
/** Shorter ones may be a part of ordinary words: they are masked only where they stand alone. */
const LONG_ENOUGH = 8;
const IN_A_WORD = /[\p{L}\p{N}_]/u;

/** Masks every secret of the settings in a text, also inside the header of Basic authentication. */
export function secretMask(schema: z.ZodType, settings: unknown): (text: string) => string {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SettingsSchema;
  const secrets = secretsIn(json, settings);
  return maskOf([...secrets, ...secrets.flatMap(insideBase64)]);
}

/**
 * Masks these secrets in a text, also where they were encoded for a URL or as JSON. One of less than eight characters is
 * masked where it is a word of its own, never within another word.
 */
export function maskOf(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)]));
  // The longest first: one secret may be part of another.
  const ordered = [...forms].filter((form) => form !== '').toSorted((a, b) => b.length - a.length);
  return (text) => ordered.reduce(masked, text);
}

function masked(text: string, secret: string): string {
  if (secret.length >= LONG_ENOUGH) return text.replaceAll(secret, MASK);
  if (!text.includes(secret)) return text;
  return text.replaceAll(secret, (found, at: number) => (isWithinWord(text, at, found.length) ? found : MASK));
}

/** Whether a word goes on beyond one of the two ends. */
function isWithinWord(text: string, at: number, length: number): boolean {
  const goesOn = (inside: number, outside: number): boolean => IN_A_WORD.test(text.charAt(inside)) && IN_A_WORD.test(text.charAt(outside));
  return goesOn(at, at - 1) || goesOn(at + length - 1, at + length);
}

/**
 * What a secret always looks like inside base64 of a longer text, such as `username:password`: without the characters it
 * shares with what is before and behind it. Three bytes are four characters, so it may begin in three ways.
 */
function insideBase64(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const forms = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').replace(/=+$/, '');
    const isWhole = (before + bytes.length) % 3 === 0;
    return text.slice(Math.ceil((before * 4) / 3), isWhole ? undefined : -1);
  });
  return forms.filter((form) => form.length >= LONG_ENOUGH);
}

/** A JSON schema as far as it tells where secrets are. */
interface SettingsSchema {
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, SettingsSchema>>;
  readonly additionalProperties?: SettingsSchema | boolean;
  readonly items?: SettingsSchema | boolean;
  readonly anyOf?: readonly SettingsSchema[];
  readonly oneOf?: readonly SettingsSchema[];
  readonly allOf?: readonly SettingsSchema[];
}

function secretsIn(schema: SettingsSchema | boolean | undefined, value: unknown): string[] {
  if (typeof schema !== 'object') return [];
  if (schema.writeOnly === true) return textsIn(value);
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [], allOf = [] } = schema;
  const inside = Array.isArray(value)
    ? value.flatMap((item) => secretsIn(items, item))
    : membersOf(value).flatMap(([key, member]) => secretsIn(properties[key] ?? additionalProperties, member));
  return [...inside, ...[...anyOf, ...oneOf, ...allOf].flatMap((part) => secretsIn(part, value))];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return membersOf(value).flatMap(([, member]) => textsIn(member));
}

function membersOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
