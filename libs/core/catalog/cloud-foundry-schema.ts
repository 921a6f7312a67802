import { externalReferencesIn, MAX_SCHEMA_LENGTH, subschemasOf } from './schema-document.js';

/** The drafts Cloud Controller's validator has. Another address, https included, is a custom meta-schema to it. */
const DRAFTS = /^http:\/\/json-schema\.org\/draft-0[346]\/schema#?$/;
/** Rails writes each of them as six characters. */
const ESCAPED = /[<>&\u2028\u2029]/g;

/**
 * Why Cloud Controller would refuse the whole catalog over this schema, short of reading it as a JSON schema; undefined
 * when it would not. It also has to be valid against the meta-schema of draft-04, whatever its draft: the worker tells.
 */
export function cloudFoundryObjection(schema: object): string | undefined {
  const text = JSON.stringify(schema);
  const length = text.length + 5 * (text.match(ESCAPED)?.length ?? 0);
  if (length > MAX_SCHEMA_LENGTH) return `has more than ${MAX_SCHEMA_LENGTH} characters`;
  const parts = subschemasOf(schema);
  if (parts[0]?.schema['$schema'] === undefined) return 'has no "$schema"';
  const other = parts.find(({ schema: { $schema } }) => $schema !== undefined && !isKnownDraft($schema));
  if (other) return `${other.pointer}/$schema is not http draft-03, draft-04 or draft-06`;
  const [reference] = externalReferencesIn(schema);
  if (reference !== undefined) return `${reference} refers to another document`;
  const extension = parts.find(({ schema: { extends: base } }) => typeof base === 'string' && !base.startsWith('#'));
  return extension && `${extension.pointer}/extends refers to another document`;
}

const isKnownDraft = ($schema: unknown): boolean => typeof $schema === 'string' && DRAFTS.test($schema);
