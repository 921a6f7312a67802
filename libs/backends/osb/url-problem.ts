/** Why a text is no address the gateway can call; undefined when it is one. */
export function urlProblem(text: string, { mayHaveQuery = false } = {}): string | undefined {
  if (/\s/.test(text)) return 'must not contain blanks';
  if (!URL.canParse(text)) return 'must be an absolute URL such as https://broker.example.com';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must begin with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'must not contain credentials; give them as settings of their own';
  if (text.includes('?') && !mayHaveQuery) return 'must not contain a query';
  if (text.includes('#')) return 'must not contain a fragment';
  return undefined;
}
