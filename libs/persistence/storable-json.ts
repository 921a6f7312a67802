/** What `JSON.stringify` writes for U+0000 and for half a surrogate pair; an escaped backslash is matched to be left alone. */
const ESCAPES = /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * JSON text for a `jsonb` column. Postgres refuses U+0000 and halves of surrogate pairs there: both become U+FFFD, so
 * that no name a platform or a backend made up keeps an operation from being written down.
 */
export function storableJson(value: unknown): string | null {
  if (value === undefined) return null;
  return JSON.stringify(value).replace(ESCAPES, (escape) => (escape === '\\\\' ? escape : '\\ufffd'));
}
