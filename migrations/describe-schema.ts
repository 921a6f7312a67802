type Query = (sql: string) => Promise<readonly { readonly line: string }[]>;

const COLUMNS = `
  select format('create table %I (%s);', c.relname, string_agg(E'\\n  ' || format('%I %s%s%s%s', a.attname,
      format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' else '' end,
      case a.attidentity when 'a' then ' generated always as identity' else '' end,
      coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')), ',' order by a.attnum) || E'\\n') as line
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'
  group by c.relname order by c.relname`;

const CONSTRAINTS = `
  select format('alter table %I add constraint %I %s;', c.relname, k.conname, pg_get_constraintdef(k.oid)) as line
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration' and k.contype <> 'n'
  order by c.relname, k.conname`;

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) || ';' as line
  from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
  where c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
  order by c.relname, x.relname`;

const FUNCTIONS = `
  select pg_get_functiondef(p.oid) || ';' as line from pg_proc p
  where p.pronamespace = 'public'::regnamespace order by p.proname`;

/** The schema of a migrated database as SQL, from `pg_catalog`: the same text for the same schema, on every server. */
export async function describeSchema(query: Query): Promise<string> {
  const sections: string[] = [];
  for (const sql of [FUNCTIONS, COLUMNS, CONSTRAINTS, INDEXES]) {
    sections.push((await query(sql)).map(({ line }) => line).join('\n'));
  }
  return `${sections.join('\n\n')}\n`;
}
