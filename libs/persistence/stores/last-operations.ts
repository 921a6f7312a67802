import type { LastOperation, Page } from '#core';
import type { EntityManager } from 'typeorm';

const COLUMNS = 'id, kind, state, created_at as "createdAt"';

/** The newest operation of each of the lives in $1; those of an instance's bindings are not its own. */
const STATEMENTS = {
  instance: `select distinct on (instance_incarnation) instance_incarnation as incarnation, ${COLUMNS}
      from operation where instance_incarnation = any($1::uuid[]) and binding_incarnation is null
      order by instance_incarnation, created_at desc, id desc`,
  binding: `select distinct on (binding_incarnation) binding_incarnation as incarnation, ${COLUMNS}
      from operation where binding_incarnation = any($1::uuid[])
      order by binding_incarnation, created_at desc, id desc`,
} as const;

/** The same page, with the newest operation of each line. */
export async function withLastOperations<L extends { readonly incarnation: string }>(
  manager: EntityManager,
  of: keyof typeof STATEMENTS,
  page: Page<L>,
): Promise<Page<L & { readonly lastOperation?: LastOperation }>> {
  const lives = page.items.map(({ incarnation }) => incarnation);
  const found = await manager.query<(LastOperation & { incarnation: string })[]>(STATEMENTS[of], [lives]);
  const byLife = new Map(found.map(({ incarnation, ...lastOperation }) => [incarnation, lastOperation]));
  const items = page.items.map((line) => {
    const lastOperation = byLife.get(line.incarnation);
    return lastOperation ? { ...line, lastOperation } : line;
  });
  return { ...page, items };
}
