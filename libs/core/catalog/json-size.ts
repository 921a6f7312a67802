import { isRawNumber } from '#sdk';

const MAX_DEPTH = 64;

/**
 * How many bytes the value has as compact JSON in UTF-8, or some number over `limitBytes` when it has more: it stops
 * reading there. Deeper than 64 levels nothing is counted; such a value is refused elsewhere.
 */
export function jsonSizeUpTo(value: unknown, limitBytes: number): number {
  const count = { bytes: 0, limitBytes };
  add(value, count, 0);
  return count.bytes;
}

interface Count {
  bytes: number;
  readonly limitBytes: number;
}

function add(value: unknown, count: Count, depth: number): void {
  if (count.bytes > count.limitBytes || depth > MAX_DEPTH) return;
  if (isRawNumber(value)) count.bytes += value.rawJSON.length;
  else if (typeof value === 'string') count.bytes += sizeOfText(value, count);
  else if (Array.isArray(value)) addItems(value, count, depth);
  else if (typeof value === 'object' && value !== null) addMembers(value, count, depth);
  else count.bytes += String(value).length;
}

function sizeOfText(text: string, { limitBytes }: Count): number {
  return text.length > limitBytes ? text.length : Buffer.byteLength(JSON.stringify(text));
}

function addItems(items: readonly unknown[], count: Count, depth: number): void {
  count.bytes += Math.max(items.length + 1, 2);
  for (const item of items) {
    if (count.bytes > count.limitBytes) return;
    add(item, count, depth + 1);
  }
}

function addMembers(object: object, count: Count, depth: number): void {
  const members = Object.entries(object);
  count.bytes += Math.max(2 * members.length + 1, 2);
  for (const [key, member] of members) {
    if (count.bytes > count.limitBytes) return;
    count.bytes += sizeOfText(key, count);
    add(member, count, depth + 1);
  }
}
