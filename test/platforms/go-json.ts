import type { JsonBody } from '../support/http-client.js';

/** A type of Go, as far as JSON is read into it: a slice is a tuple of one, a struct an object, a map `map`. */
export type GoType = 'string' | 'boolean' | 'uint16' | 'map' | 'any' | readonly [GoType] | { readonly [member: string]: GoType };

export type Decoded = { readonly value: JsonBody } | { readonly error: string };

/** As `json.Unmarshal` does it: nothing may be missing a closing brace or be of another type; null and absent are fine. */
export function decode(text: string, type: GoType): Decoded {
  if (text === '') return { error: 'unexpected end of JSON input' };
  try {
    const value: JsonBody = JSON.parse(text);
    const error = mismatch(value, type, '');
    return error === undefined ? { value: value ?? {} } : { error };
  } catch {
    return { error: `invalid JSON: ${text.slice(0, 100)}` };
  }
}

/** As `json.Marshal` does it, with the characters of HTML escaped. */
export function encode(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function mismatch(value: JsonBody, type: GoType, path: string): string | undefined {
  if (value === null || value === undefined || type === 'any') return undefined;
  if (type === 'string' || type === 'boolean') return typeof value === type ? undefined : cannot(value, type, path);
  if (type === 'uint16') return isUint16(value) ? undefined : cannot(value, type, path);
  if (isSlice(type)) return mismatchInSlice(value, type[0], path);
  if (typeof value !== 'object' || Array.isArray(value)) return cannot(value, 'object', path);
  if (type === 'map') return undefined;
  return firstOf(Object.entries(type), ([member, memberType]) => mismatch(value[member], memberType, `${path}.${member}`));
}

function mismatchInSlice(value: JsonBody, type: GoType, path: string): string | undefined {
  if (!Array.isArray(value)) return cannot(value, 'array', path);
  return firstOf(value, (item: JsonBody) => mismatch(item, type, `${path}[]`));
}

const isUint16 = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 65_536;

const isSlice = (type: GoType): type is readonly [GoType] => Array.isArray(type);

function firstOf<T>(items: readonly T[], complaint: (item: T) => string | undefined): string | undefined {
  return items.map(complaint).find((each) => each !== undefined);
}

function cannot(value: JsonBody, type: string, path: string): string {
  return `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go struct field ${path} of type ${type}`;
}
