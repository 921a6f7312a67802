import { OwnPostgres } from '../support/own-postgres.js';
import { query } from '../support/postgres.js';
import { as, Instance, postgresqlSubject } from './postgresql-fixture.js';

const TIMEOUT_MS = 180_000;

let server: OwnPostgres;

beforeAll(async () => {
  server = await OwnPostgres.start({ autovacuum_naptime: '1s' });
  await query(server.adminUrl, "CREATE ROLE super LOGIN SUPERUSER PASSWORD 'super'");
  await query(server.adminUrl, "CREATE ROLE plain LOGIN CREATEDB CREATEROLE PASSWORD 'plain'");
  await query(server.adminUrl, 'GRANT pg_signal_backend, pg_signal_autovacuum_worker TO plain');
}, TIMEOUT_MS);
afterAll(() => server.remove(), TIMEOUT_MS);

/** Runs for ever where autovacuum calls it, and cannot be cancelled. */
const ENDLESS = `CREATE FUNCTION endless(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
  IF current_setting('application_name') = 'maker' THEN RETURN 1; END IF;
  LOOP BEGIN PERFORM pg_catalog.pg_sleep(1000); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$`;

test.each(['super', 'plain'])('a function that autovacuum runs for ever in a strange database does not keep a role: administrator %s', async (user) => {
  const { backend, environment } = postgresqlSubject({ host: '127.0.0.1', port: server.port, user, password: user });
  const [victims, attackers] = [new Instance(), new Instance()];
  for (const each of [victims, attackers]) await each.provision(backend);
  const victim = await victims.bind(backend, 'victim');
  const attacker = await attackers.bind(backend, 'attacker');
  await as(
    attacker,
    "SET application_name = 'maker'",
    ENDLESS,
    'CREATE TABLE t (i int) WITH (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0)',
    `CREATE POLICY p ON t TO ${victim.username}, ${victim.database} USING (true)`,
    'CREATE INDEX ON t (endless(i))',
    'INSERT INTO t SELECT generate_series(1, 100)',
  );
  await sleeping(attacker.database);
  await victims.unbind(backend, 'victim');
  expect(await rolesLike(victim.username)).toEqual([]);
  await sleeping(attacker.database);
  await victims.deprovision(backend);
  expect(await rolesLike(victim.database)).toEqual([]);
  expect(environment.lines).toContainEqual(
    expect.objectContaining({ message: 'autovacuum blocks a step of the gateway and was asked to end' }),
  );
  await attackers.deprovision(backend);
  await backend.close?.();
}, TIMEOUT_MS);

/** Waits until autovacuum is inside the function. */
async function sleeping(database: string): Promise<void> {
  await query(
    server.adminUrl,
    `DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'
         AND datname = '${database}' AND wait_event = 'PgSleep') LOOP
       PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$`,
  );
}

function rolesLike(prefix: string): Promise<unknown[]> {
  return query(server.adminUrl, `SELECT rolname FROM pg_roles WHERE starts_with(rolname, '${prefix}')`);
}
