import { escapeIdentifier } from 'pg';
import type { Random } from '../../faults/random.js';
import type { Login } from '../login.js';
import { anyDatabase, anyRole, type Action, type Family } from './action.js';

const MOST_PASSWORDS = 6;
const SETTINGS = [
  "work_mem = '64kB'",
  'statement_timeout = 1',
  'lock_timeout = 1',
  'idle_session_timeout = 1',
  'transaction_timeout = 1',
  'default_transaction_read_only = on',
  "default_transaction_isolation = 'serializable'",
  "search_path = 'schema_1', 'public'",
  "role = 'none'",
  "session_replication_role = 'replica'",
  'row_security = off',
  "client_encoding = 'SQL_ASCII'",
  "application_name = 'osb-gateway'",
  "DateStyle = 'German'",
  "log_statement = 'all'",
  "session_preload_libraries = 'auto_explain'",
  "local_preload_libraries = 'auto_explain'",
  "temp_file_limit = '-1'",
] as const;

/** A password the attacker gives its role; it is tried from then on, whether the server took it or not. */
export function ownPassword(login: Login, random: Random): string {
  const password = `adversary-${random.below(1e9)}`;
  if (login.passwords.length < MOST_PASSWORDS) login.passwords.push(password);
  return login.passwords.at(-1) ?? password;
}

const password: Action = (session, random) =>
  session.run('SET ROLE NONE', `ALTER ROLE SESSION_USER PASSWORD '${ownPassword(session.login, random)}'`, 'RESET ROLE');

const setting: Action = (session, random) =>
  session.run('SET ROLE NONE', `ALTER ROLE SESSION_USER SET ${random.pick(SETTINGS)}`, 'RESET ROLE');

const settingInDatabase: Action = async (session, random) => {
  const database = escapeIdentifier(random.below(2) === 0 ? session.login.database : await anyDatabase(session, random));
  await session.run('SET ROLE NONE', `ALTER ROLE SESSION_USER IN DATABASE ${database} SET ${random.pick(SETTINGS)}`, 'RESET ROLE');
};

const settingOfCurrentUser: Action = (session, random) => session.run(`ALTER ROLE CURRENT_USER SET ${random.pick(SETTINGS)}`);

const settingOfDatabase: Action = (session, random) =>
  session.run(`ALTER DATABASE "${session.login.database}" SET ${random.pick(SETTINGS)}`);

const settingOfOther: Action = async (session, random) => {
  await session.run(`ALTER ROLE ${await anyRole(session, random)} SET ${random.pick(SETTINGS)}`);
};

const resetAll: Action = (session) =>
  session.run('SET ROLE NONE', `ALTER ROLE SESSION_USER IN DATABASE "${session.login.database}" RESET ALL`, 'ALTER ROLE SESSION_USER RESET ALL');

const attributes: Action = async (session, random) => {
  const attribute = random.pick(['LOGIN', 'SUPERUSER', 'CREATEROLE', 'CONNECTION LIMIT 1000', 'NOLOGIN', "VALID UNTIL 'infinity'"]);
  await session.run('SET ROLE NONE', `ALTER ROLE SESSION_USER ${attribute}`, `ALTER ROLE ${await anyRole(session, random)} ${attribute}`);
};

const rename: Action = async (session, random) => {
  await session.run('SET ROLE NONE', `ALTER ROLE ${await anyRole(session, random)} RENAME TO osb_renamed_${random.below(1e6)}`);
};

export const roleSettings: Family = {
  name: 'role-settings',
  actions: {
    password,
    setting,
    settingInDatabase,
    settingOfCurrentUser,
    settingOfDatabase,
    settingOfOther,
    resetAll,
    attributes,
    rename,
  },
};
