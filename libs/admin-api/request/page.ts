import { z } from 'zod';

const MOST_ITEMS = 500;

const page = {
  limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(50).describe('Most items of one answer.'),
  after: z.string().min(1).max(4096).exactOptional().describe('The `next` of the page before.'),
};

/** The query of a list: its filters and the page. Anything else in it is refused by name. */
export function listQuery<S extends z.ZodRawShape>(filters: S): z.ZodObject<S & typeof page, z.core.$strict> {
  return z.strictObject({ ...filters, ...page });
}

/** One page of a list, newest first. */
export function pageOf<T extends z.ZodType>(item: T, id: string) {
  return z
    .strictObject({
      items: z.array(item),
      next: z.string().exactOptional().describe('Give it back as `after` for the next page; absent on the last one.'),
    })
    .meta({ id, description: 'One page, newest first.' });
}
