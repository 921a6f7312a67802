import { anyRole, type Action, type Family } from './action.js';

const name = (random: { below(limit: number): number }): string => `adversary_${random.below(1e6)}`;

/** Outlives its session, with its locks. */
const prepare: Action = async (session, random) => {
  const gid = name(random);
  await session.run('BEGIN', `CREATE TABLE ${gid} (i int)`, `PREPARE TRANSACTION '${gid}'`, 'ROLLBACK');
};

const prepareGrant: Action = async (session, random) => {
  const [gid, role] = [name(random), await anyRole(session, random)];
  await session.run('BEGIN', `CREATE TABLE ${gid} (i int)`, `GRANT SELECT ON ${gid} TO ${role}`, `PREPARE TRANSACTION '${gid}'`, 'ROLLBACK');
};

const preparePassword: Action = (session, random) =>
  session.run('SET ROLE NONE', 'BEGIN', "ALTER ROLE SESSION_USER SET work_mem = '4MB'", `PREPARE TRANSACTION '${name(random)}'`, 'ROLLBACK');

const endOthers: Action = async (session, random) => {
  const rows = await session.run('SELECT gid FROM pg_prepared_xacts ORDER BY gid LIMIT 20');
  if (rows.length === 0) return;
  await session.run(`${random.pick(['COMMIT', 'ROLLBACK'])} PREPARED '${String(random.pick(rows)['gid']).replaceAll("'", "''")}'`);
};

export const prepared: Family = { name: 'prepared', actions: { prepare, prepareGrant, preparePassword, endOthers } };
