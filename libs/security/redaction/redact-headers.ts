import { objectOf } from './secret-schema.js';
import { safeText } from './safe-text.js';

export const REDACTED = '[redacted]';

/** The only headers whose values are shown. Any other may hold a token. */
const SHOWN = new Set([
  'accept',
  'connection',
  'content-length',
  'content-type',
  'host',
  'retry-after',
  'traceparent',
  'user-agent',
  'x-broker-api-request-identity',
  'x-broker-api-version',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-request-id',
  'x-vcap-request-id',
]);
const ORIGINATING_IDENTITY = 'x-broker-api-originating-identity';
const MAX_VALUE_BYTES = 256;

/** Headers for the log: names always, values only of harmless headers, of the originating identity the user's id. */
export function redactHeaders(
  headers: Readonly<Record<string, string | readonly string[] | number | undefined>>,
): Record<string, string> {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, shownValue(name.toLowerCase(), String(value))]));
}

/** `cloudfoundry 683ea748-…`: platform and user id of an originating identity, without names, mail and groups. */
export function originatingUser(header: string): string {
  const [, platform, encoded] = /^(\S+) +(\S+)$/.exec(header.trim()) ?? [];
  const identity = encoded === undefined ? undefined : decode(encoded);
  if (platform === undefined || identity === undefined) return '[malformed]';
  const user = [identity['user_id'], identity['uid'], identity['username']].find((id) => typeof id === 'string');
  return safeText(`${platform} ${user ?? '[no user id]'}`, MAX_VALUE_BYTES);
}

function shownValue(name: string, value: string): string {
  if (name === ORIGINATING_IDENTITY) return originatingUser(value);
  return SHOWN.has(name) ? safeText(value, MAX_VALUE_BYTES) : REDACTED;
}

function decode(base64: string): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(Buffer.from(base64, 'base64').toString('utf8')));
  } catch {
    return undefined;
  }
}
