import type { Session } from '../session.js';
import { few, type Action, type Family } from './action.js';

const FUNCTIONS = [
  'format(text, VARIADIC text[])',
  'starts_with(name, name)',
  'hashtextextended(text, int)',
  'pg_terminate_backend(int, int)',
  'pg_advisory_lock(bigint)',
  'shobj_description(oid, name)',
  'current_setting(text)',
  'count(int)',
] as const;
const VIEWS = ['pg_roles', 'pg_database', 'pg_stat_activity', 'pg_shdepend', 'pg_extension', 'pg_namespace'] as const;

/** Writes down who runs it. */
const TRAP = "INSERT INTO public.caught VALUES (session_user, current_user); RETURN NULL";
const caughtTable = 'CREATE TABLE IF NOT EXISTS public.caught (login name, acting name)';

const makeFunction = (signature: string): string =>
  `CREATE OR REPLACE FUNCTION public.${signature} RETURNS text LANGUAGE plpgsql AS $$ BEGIN ${TRAP}; END $$`;

const functions: Action = (session, random) => session.run(caughtTable, makeFunction(random.pick(FUNCTIONS)));

const views: Action = async (session, random) => {
  const name = random.pick(VIEWS);
  await session.run(caughtTable, makeFunction('caught_view()'), `CREATE OR REPLACE VIEW public.${name} AS SELECT caught_view() AS rolname`);
};

const temporary: Action = (session, random) => session.hold(`CREATE TEMP TABLE ${random.pick(VIEWS)} (rolname name, datname name)`);

const operators: Action = (session, random) => {
  const operator = random.pick(['=', '<>', '||', '~~']);
  return session.run(
    caughtTable,
    `CREATE OR REPLACE FUNCTION public.same(name, name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN ${TRAP}; END $$`,
    `CREATE OPERATOR public.${operator} (LEFTARG = name, RIGHTARG = name, FUNCTION = public.same)`,
  );
};

const casts: Action = (session) =>
  session.run(
    'CREATE DOMAIN public.name AS text',
    'CREATE TYPE public.regclass AS ENUM (\'a\')',
    'CREATE CAST (public.regclass AS name) WITH INOUT AS IMPLICIT',
  );

const triggers: Action = (session, random) => {
  const table = `trapped_${few(random)}`;
  return session.run(
    caughtTable,
    `CREATE TABLE IF NOT EXISTS ${table} (i int)`,
    `CREATE OR REPLACE FUNCTION public.caught_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${TRAP}; END $$`,
    `CREATE OR REPLACE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON ${table} EXECUTE FUNCTION public.caught_trigger()`,
    'CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION public.caught_trigger()',
  );
};

const securityDefiner: Action = (session, random) =>
  session.run(
    `CREATE OR REPLACE FUNCTION public.lifted_${few(random)}() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text'`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC`,
    `CREATE TABLE IF NOT EXISTS computed (i int, who text DEFAULT public.lifted_${few(random)}())`,
  );

const harvest: Action = (session) => reportCaught(session);

export const disguises: Family = {
  name: 'disguises',
  actions: { functions, views, temporary, operators, casts, triggers, securityDefiner, harvest },
};

/** Whoever is no tenant must never have run what a tenant made. */
async function reportCaught(session: Session): Promise<void> {
  const caught = await session.run("SELECT DISTINCT login FROM public.caught WHERE login::text NOT LIKE 'osb\\_%' LIMIT 5");
  for (const { login } of caught) {
    session.arena.violations.add('the administrator runs nothing of a tenant', `${String(login)} ran it in ${session.login.database}`);
  }
}
