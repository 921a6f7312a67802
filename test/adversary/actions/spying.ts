import { Connection } from '../session.js';
import { anyDatabase, anyRole, type Action, type Family } from './action.js';

const READABLE = [
  "SELECT datname, shobj_description(oid, 'pg_database'), datacl::text FROM pg_database",
  "SELECT rolname, shobj_description(oid, 'pg_authid'), rolconfig FROM pg_roles",
  'SELECT * FROM pg_shdescription',
  'SELECT * FROM pg_stat_activity',
  'SELECT * FROM pg_stat_get_activity(NULL)',
  'SELECT pg_stat_get_backend_activity(id) FROM pg_stat_get_backend_idset() AS id',
  'SELECT * FROM pg_db_role_setting',
  'SELECT name, setting, sourcefile FROM pg_settings',
  'SELECT * FROM pg_stat_database',
  'SELECT * FROM pg_locks LIMIT 1000',
  'SELECT * FROM pg_prepared_xacts',
  'SELECT * FROM pg_shdepend LIMIT 2000',
  'SELECT * FROM pg_shseclabel',
  'SELECT * FROM pg_auth_members',
  'SELECT * FROM pg_stat_ssl',
  'SELECT * FROM pg_stat_replication',
  'SELECT * FROM pg_user_mappings',
  'SELECT * FROM pg_stat_statements',
  'SELECT * FROM pg_authid',
  'SELECT * FROM pg_shadow',
  'SELECT * FROM pg_hba_file_rules',
  'SELECT * FROM pg_file_settings',
  'SELECT * FROM pg_ls_logdir()',
  "SELECT pg_read_file('postmaster.pid')",
  "SELECT pg_ls_dir('.')",
  'SELECT pg_current_logfile()',
  "SELECT current_setting('data_directory'), current_setting('primary_conninfo')",
] as const;

const read: Action = (session, random) => session.run(random.pick(READABLE));

const everything: Action = (session) => session.run(...READABLE);

const otherDatabase: Action = async (session, random) => {
  const { login, arena } = session;
  const named = random.pick(['postgres', 'template1', 'template0', 'osb_gateway', undefined]);
  const connection = await Connection.open(login, arena, random, named ?? (await anyDatabase(session, random)));
  await connection?.run('SELECT lo_create(0)');
  await connection?.run('CREATE TEMP TABLE here (i int)');
  await connection?.run(`SELECT count(pg_try_advisory_lock(hashtextextended(datname, 0))) FROM pg_database`);
  await connection?.close();
};

const otherRole: Action = async (session, random) => {
  const role = await anyRole(session, random);
  await session.run(`SET ROLE ${role}`, `SET SESSION AUTHORIZATION ${role}`, 'SET ROLE postgres', 'SET SESSION AUTHORIZATION DEFAULT', 'RESET ROLE');
};

const files: Action = (session, random) =>
  session.run(
    random.pick([
      "COPY (SELECT 1) TO '/tmp/adversary'",
      "COPY (SELECT 1) TO PROGRAM 'true'",
      "SELECT lo_import('/etc/hostname')",
      "LOAD 'auto_explain'",
      "CREATE FUNCTION c() RETURNS int LANGUAGE c AS 'auto_explain', '_PG_init'",
      'CREATE LANGUAGE plpython3u',
    ]),
  );

const extension: Action = async (session, random) => {
  const rows = await session.run('SELECT name FROM pg_available_extensions ORDER BY name');
  if (rows.length > 0) await session.run(`CREATE EXTENSION "${String(random.pick(rows)['name'])}" CASCADE`);
};

const foreignServer: Action = async (session) => {
  const { port } = session.login;
  await session.run(
    'CREATE EXTENSION postgres_fdw',
    `CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (port '${port}')`,
    'CREATE EXTENSION dblink',
    `SELECT * FROM dblink('port=${port} dbname=postgres user=postgres', 'SELECT 1') AS t (i int)`,
  );
};

export const spying: Family = {
  name: 'spying',
  actions: { read, everything, otherDatabase, otherRole, files, extension, foreignServer },
};
