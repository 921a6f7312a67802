/** Username and password out of an `Authorization: Basic` header. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** Longest header value that is looked at, in characters. */
export const MAX_BASIC_HEADER_LENGTH = 4096;

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
const CONTROL_CHARACTER = /\p{Cc}/u;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the header as RFC 7617 has it: UTF-8, split at the first colon, the password in NFC. Undefined for all else:
 * another scheme, loose base64, an empty name or password, control characters.
 */
export function parseBasicHeader(header: string | undefined): BasicCredentials | undefined {
  if (header === undefined || header.length > MAX_BASIC_HEADER_LENGTH) return undefined;
  const text = decode(BASIC.exec(header)?.[1] ?? '');
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 1 || colon === text.length - 1 || CONTROL_CHARACTER.test(text)) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1).normalize('NFC') };
}

function decode(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  // One spelling per credential: `YQ` and `YR==` are not taken for `YQ==`.
  if (bytes.toString('base64') !== base64) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
