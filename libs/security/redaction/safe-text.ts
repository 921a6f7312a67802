const BLANKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Controls, and the marks that change the direction of what follows. */
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const ELLIPSIS = '…';
/** How many characters are read for each byte that may be left of them: the rest is cut off unread. */
const READ_PER_BYTE = 16;

/**
 * Text from outside, made fit for a description or a log line: one line, well-formed, without control characters, and
 * at most `maxBytes` long in UTF-8; an ellipsis says that something was cut.
 */
export function safeText(text: string, maxBytes: number): string {
  const start = text.slice(0, READ_PER_BYTE * maxBytes);
  const clean = start.toWellFormed().replace(BLANKS, ' ').replace(HIDDEN, '').trim();
  const bytes = Buffer.from(clean, 'utf8');
  if (bytes.length <= maxBytes && start.length === text.length) return clean;
  const room = maxBytes - Buffer.byteLength(ELLIPSIS);
  return room < 0 ? '' : wholeCharacters(bytes, room).trimEnd() + ELLIPSIS;
}

function wholeCharacters(bytes: Buffer, maxBytes: number): string {
  let end = Math.min(maxBytes, bytes.length);
  // 10xxxxxx is inside a character: go back to its first byte.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
