/** Changes a text before it is kept, such as by masking secrets in it. */
export type ChangeText = (text: string) => string;

/** What is kept for people to read is no larger than this, in characters. */
const MOST_TEXT = 8_192;
const MOST_ITEMS = 50;
const MOST_DEPTH = 6;
/** No more of one text is looked at. */
const MOST_LOOKED_AT = 65_536;
/** Control characters, and marks that change the direction of what follows. Line breaks and tabs stay: stacks have them. */
const HIDDEN = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const asItIs: ChangeText = (text) => text;

/**
 * A value from outside made fit for people to read: for the audit trail, the log, stored causes. Lists and objects keep
 * their first 50 items and tell how many more there were; all texts together keep 8,192 characters. Of an error only
 * name, message, code and stack are kept: what else hangs on it may be secret.
 */
export function readable(value: unknown, change: ChangeText = asItIs): unknown {
  return new Reader(change).read(value, 0);
}

/** The same for one text. */
export function readableText(text: string, change: ChangeText = asItIs): string {
  return new Reader(change).text(text);
}

class Reader {
  private left = MOST_TEXT;

  constructor(private readonly change: ChangeText) {}

  read(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (depth >= MOST_DEPTH) return '…';
    if (value instanceof Error) return this.members(partsOf(value), depth);
    return Array.isArray(value) ? this.items(value, depth) : this.members(Object.entries(value), depth);
  }

  text(text: string): string {
    // Hidden characters go first: a secret with one of them inside would not be found.
    const clean = this.change(text.slice(0, MOST_LOOKED_AT).toWellFormed().replace(HIDDEN, ''));
    const cut = clean.length > this.left ? `${clean.slice(0, this.left).toWellFormed()}…` : clean;
    this.left = Math.max(this.left - cut.length, 0);
    return cut;
  }

  private items(list: readonly unknown[], depth: number): unknown[] {
    const read: unknown[] = [];
    while (read.length < Math.min(list.length, MOST_ITEMS) && this.left > 0) read.push(this.read(list[read.length], depth + 1));
    return read.length < list.length ? [...read, `… and ${list.length - read.length} more`] : read;
  }

  private members(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
    const read: [string, unknown][] = [];
    for (const [key, value] of entries) {
      if (read.length >= MOST_ITEMS || this.left <= 0) break;
      read.push([this.text(key), this.read(value, depth + 1)]);
    }
    const more = entries.length - read.length;
    return Object.fromEntries(more > 0 ? [...read, ['…', `and ${more} more`]] : read);
  }
}

function partsOf(error: Error): [string, unknown][] {
  const { name, message, stack } = error;
  return Object.entries({ name, message, code: (error as { code?: unknown }).code, stack });
}
