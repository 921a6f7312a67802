import { z } from 'zod';

const MASK = '********';
/** Anything shorter is part of ordinary words, and no secret. */
const SHORTEST_SECRET = 3;

/** Masks every secret of the settings in a text, also where it was encoded for a URL. */
export function secretMask(schema: z.ZodType, settings: unknown): (text: string) => string {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SettingsSchema;
  const secrets = secretsIn(json, settings)
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())]);
  // The longest first: one secret may be part of another.
  const ordered = secrets.toSorted((a, b) => b.length - a.length);
  return (text) => ordered.reduce((hidden, secret) => hidden.replaceAll(secret, MASK), text);
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
