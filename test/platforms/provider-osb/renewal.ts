/** The only way it reads a time: to the second or finer, and in UTC, said with a Z. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?Z$/;

export interface BindingMetadata {
  readonly expires_at?: string;
  readonly renew_before?: string;
}

/**
 * Whether it is time for another. What has expired is no exception.
 * @throws Error for times it cannot read; for the end only when it is time, but then it must have one
 */
export function isDueForRotation({ renew_before, expires_at }: BindingMetadata = {}): boolean {
  if (!renew_before) return false;
  if (timeOf(renew_before, 'renewBefore') >= Date.now()) return false;
  timeOf(expires_at ?? '', 'expiresAt');
  return true;
}

function timeOf(text: string, field: string): number {
  if (!TIME.test(text)) throw new Error(`cannot parse ISO8601 time: ${field}`);
  return Date.parse(text);
}
