/**
 * A number whose text `JSON.stringify` would not give back: `1.0`, `12345678901234567890`. It stands in a parsed document as
 * what `JSON.rawJSON` makes, and is written as it was read.
 */
export interface RawNumber {
  readonly rawJSON: string;
}

/** Not in the types of the language yet. */
const json = JSON as typeof JSON & { rawJSON(text: string): RawNumber; isRawJSON(value: unknown): boolean };

export const isRawNumber = (value: unknown): value is RawNumber => json.isRawJSON(value);

/** The number, in its text where it has another one than it was sent with. What is too large for a number stays infinite. */
export function numberAsSent(text: string): number | RawNumber {
  const value = Number(text);
  return String(value) === text || !Number.isFinite(value) ? value : json.rawJSON(text);
}

/** To compute with; anything else as it is. */
export const plainNumber = (value: unknown): unknown => (isRawNumber(value) ? Number(value.rawJSON) : value);
