import type { RawJson } from '#sdk';

/** A response object as JSON text: raw members keep their bytes, absent ones are left out, and null is never written. */
export function jsonText(members: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(members)) {
    if (value === undefined || value === null) continue;
    parts.push(`${JSON.stringify(key)}:${isRaw(value) ? value.raw : JSON.stringify(value)}`);
  }
  return `{${parts.join(',')}}`;
}

function isRaw(value: unknown): value is RawJson {
  return typeof value === 'object' && value !== null && 'raw' in value && 'value' in value;
}
