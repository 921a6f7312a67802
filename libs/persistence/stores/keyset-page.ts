import type { Page, PageRequest } from '#core';
import { BrokerError } from '#sdk';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** By what a list is ordered, newest first: the time, then the id of rows made together. Names as in SQL. */
export interface Keyset {
  readonly time: string;
  readonly id: string;
  /** What the ids look like, so that no cursor of another list reaches the database. */
  readonly idPattern: RegExp;
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const OPERATION_ID = /^[0-9a-v]{24}$/;
export const COUNTER = /^\d{1,18}$/;

/** Microseconds since 1970: a Date has only milliseconds, and rows of one millisecond must not be lost between pages. */
const MICROSECONDS = /^\d{1,16}$/;

/** One page of a query. Reads the index of the keyset from the cursor on: a page costs the same however deep it lies. */
export async function keysetPage<E extends ObjectLiteral, L>(
  query: SelectQueryBuilder<E>,
  { time, id, idPattern }: Keyset,
  { limit, after }: PageRequest,
  read: (entity: E) => L,
): Promise<Page<L>> {
  if (after !== undefined) {
    const [microseconds, last] = readCursor(after, idPattern);
    query.andWhere(`(${time}, ${id}) < (to_timestamp(0) + :cursorTime * interval '1 microsecond', :cursorId)`, {
      cursorTime: microseconds,
      cursorId: last,
    });
  }
  query.addSelect(`(extract(epoch from ${time}) * 1000000)::bigint::text`, 'cursor_time').addSelect(`${id}::text`, 'cursor_id');
  query.orderBy(time, 'DESC').addOrderBy(id, 'DESC').limit(limit + 1);
  const { entities, raw } = await query.getRawAndEntities<{ cursor_time: string; cursor_id: string }>();
  const last = entities.length > limit ? raw[limit - 1] : undefined;
  const items = entities.slice(0, limit).map(read);
  return last ? { items, next: writeCursor(last.cursor_time, last.cursor_id) } : { items };
}

const writeCursor = (microseconds: string, id: string): string =>
  Buffer.from(JSON.stringify([microseconds, id])).toString('base64url');

function readCursor(text: string, idPattern: RegExp): [string, string] {
  try {
    const [time, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof time === 'string' && typeof id === 'string' && MICROSECONDS.test(time) && idPattern.test(id)) return [time, id];
  } catch {
    // Falls through to the one answer for every cursor that is not ours.
  }
  throw new BrokerError('BadRequest', 'after is not a cursor of this list; use the value of "next" of the page before');
}
