import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Inspection } from '../inspection.js';
import type { Login } from '../login.js';
import type { Violations } from '../violations.js';

const TRIED_FOR_MS = 2_000;
const EVERY_MS = 150;
/** What a server answers that does not know the role or the database, or does not let them in. */
const REFUSALS = ['28P01', '28000', '3D000', '42501'];

/** Holds after the answer to an unbind or deprovision: cannot log in, no session, owns nothing. */
export async function checkEndedLogin(login: Login, oid: number | undefined, inspection: Inspection, violations: Violations): Promise<void> {
  const untilMs = Date.now() + TRIED_FOR_MS;
  await checkNothingOwned(login, oid, inspection, violations);
  while (Date.now() < untilMs) {
    await checkRefused(login, violations);
    await checkNoSession(login, oid, inspection, violations);
    await pause(EVERY_MS);
  }
  await checkNothingOwned(login, oid, inspection, violations);
}

async function checkRefused({ host, port, database, username, passwords }: Login, violations: Violations): Promise<void> {
  for (const password of passwords) {
    const client = new Client({ host, port, database, user: username, password, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      violations.add('an unbound login is refused', `${username} logged in with ${password} after the answer`);
    } catch (error) {
      const code = (error as { code?: string }).code ?? 'none';
      if (code.startsWith('28') || REFUSALS.includes(code)) continue;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function checkNoSession({ username }: Login, oid: number | undefined, inspection: Inspection, violations: Violations): Promise<void> {
  if (oid === undefined) return;
  const found = await inspection.rows<{ pid: number; state: string | null; datname: string | null }>(
    'SELECT pid, state, datname FROM pg_stat_activity WHERE usesysid = $1::oid',
    [oid],
  );
  for (const { pid, state, datname } of found) {
    // A login that is being refused shows for a moment, before its role is looked at.
    if (state === null) continue;
    violations.add('no session outlives its login', `process ${pid} of ${username} in ${datname} is ${state}`);
  }
}

async function checkNothingOwned({ username }: Login, oid: number | undefined, inspection: Inspection, violations: Violations): Promise<void> {
  if (oid === undefined) return;
  const traces = await inspection.rows<{ text: string }>(
    `SELECT format('%s of %s in database %s', deptype, classid::regclass, coalesce(datname, dbid::text)) AS text
       FROM pg_shdepend LEFT JOIN pg_database ON pg_database.oid = dbid
      WHERE refclassid = 'pg_authid'::regclass AND refobjid = $1::oid LIMIT 5`,
    [oid],
  );
  for (const { text } of traces) violations.add('an unbound login owns nothing', `${username}: ${text}`);
}
