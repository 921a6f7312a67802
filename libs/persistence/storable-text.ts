/** Text for a column: Postgres refuses U+0000, which becomes U+FFFD. */
export function storableText(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll('\0', '\ufffd');
}
