/** Longest description the spec wants platforms to show. */
const MAX_BYTES = 8192;

const HTML =
  /<(!doctype|html|head|body|title|script|style|div|span|p|br|hr|h[1-6]|a|b|i|img|pre|center|table|iframe)\b/i;

/** Taken out of all that is kept for people to read: left in here, they would keep a host name from being found. */
const HIDDEN = /[\u061c\u200e\u200f\ufeff]/gu;

/** Makes a broker's own words fit for end users; undefined when nothing fit is left. */
export type CleanDescription = (description: unknown) => string | undefined;

/**
 * Cleans descriptions of the broker at `host` (name, port optional): its address never reaches a platform.
 *
 * @param hide takes out what no setting of the backend holds
 */
export function descriptionCleaner(host: string, hide = (text: string): string => text): CleanDescription {
  const withoutHost = hostRemover(host.toLowerCase());
  return (description) => {
    const words = typeof description === 'string' ? cut(description) : '';
    if (HTML.test(words)) return undefined;
    const visible = words.toWellFormed().replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, ' ').replace(HIDDEN, '');
    const line = hide(visible)
      .split(' ')
      .map(withoutHost)
      .join(' ')
      .trim();
    return line === '' ? undefined : cut(line);
  };
}

/** Word by word, not by one pattern over the whole text: a hostile description must not cost quadratic time. */
function hostRemover(host: string): (word: string) => string {
  const name = host.replace(/:\d+$/, '');
  // A one-word name like `broker` is also a word of every second sentence; only in a URL or with its port it is not.
  const needle = [name, host].find((candidate) => /[.:]/.test(candidate));
  return (word) => {
    const lower = word.toLowerCase();
    const isUrlOfHost = lower.includes('://') && lower.includes(name);
    return isUrlOfHost || (needle !== undefined && lower.includes(needle)) ? '(backend)' : word;
  };
}

function cut(text: string): string {
  // `stream` holds back the bytes of a character that was cut through.
  return new TextDecoder().decode(Buffer.from(text.slice(0, MAX_BYTES)).subarray(0, MAX_BYTES), { stream: true });
}
