/** More than any date has. */
const MAX_CHARACTERS = 64;

/** Milliseconds a `Retry-After` header asks for: seconds or a date (RFC 9110). Undefined for anything else. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header.length > MAX_CHARACTERS) return undefined;
  const text = header.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // Only an HTTP date: Date.parse alone would take "-1" or "5 minutes" for a day in 2001.
  if (!/^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
