/** Why a JSON text was refused; the message names the place and is safe to show to the caller. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
}

/** Limits of a document the gateway takes in. */
export interface JsonLimits {
  /** Deepest nesting of objects and arrays. */
  readonly maxDepth: number;
  /** Most values: members and elements at every level, and the document itself. */
  readonly maxValues: number;
  /** Longest spelling of a number, in characters. */
  readonly maxNumberLength: number;
}

/**
 * The limits of requests and of what brokers answer to them. A `numeric` of PostgreSQL has at most 1,000 declared digits,
 * other databases' have fewer. The time to read a document follows the number of its values more than its bytes: 20,000
 * in 1 MiB are 50 bytes each.
 */
export const JSON_LIMITS: JsonLimits = { maxDepth: 64, maxValues: 20_000, maxNumberLength: 1_024 };
