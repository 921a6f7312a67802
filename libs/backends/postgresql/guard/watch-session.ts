import { Socket } from 'node:net';
import { Client, DatabaseError, escapeLiteral } from 'pg';
import { clientConfig, type PostgresqlServer } from '../server.js';
import { LOGIN_PATTERN } from '../tenant-roles.js';
import type { ServerActivity, TenantSession } from './tenant-session.js';

const QUERY_TIMEOUT_MS = 10_000;

// Only functions, no tables: running these takes no lock that the session does not hold already.
const SESSIONS = `SELECT a.pid, pg_get_userbyid(a.usesysid)::text AS login, coalesce(l.locks, 0)::int AS locks,
    CASE WHEN a.xact_start IS NOT NULL THEN
      (extract(epoch FROM clock_timestamp() - least(a.xact_start, CASE WHEN a.state = 'active' THEN a.query_start END))
        * 1000)::float8 END AS "transactionMs",
    coalesce(a.state LIKE 'idle in transaction%', false) AS "idleInTransaction",
    greatest(age(a.backend_xmin), age(a.backend_xid)) AS "transactionAge"
  FROM pg_stat_get_activity(NULL) a
  LEFT JOIN (SELECT pid, count(*) AS locks FROM pg_lock_status() WHERE NOT fastpath AND mode <> 'SIReadLock'
    GROUP BY pid) l ON l.pid = a.pid
  WHERE pg_get_userbyid(a.usesysid) ~ '${LOGIN_PATTERN}'`;

const serverSql = (databaseOid: number): string => `SELECT pg_notification_queue_usage() AS "notifyQueueUsage",
    current_setting('max_locks_per_transaction')::int
      * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int) AS "lockCapacity",
    EXISTS (SELECT FROM pg_lock_status() WHERE NOT granted AND mode = 'AccessExclusiveLock' AND locktype = 'relation'
      AND relation::int8 < 16384 AND database::int8 IN (0, ${databaseOid})) AS "catalogLockWanted"`;

// The login is looked at again: the number may belong to another session by now.
const TERMINATE = `SELECT pg_terminate_backend(a.pid) AS ended FROM pg_stat_get_activity($1) a
  WHERE pg_get_userbyid(a.usesysid) = $2`;

/**
 * A session that can read the server's activity and end sessions while the shared lock table is full and nobody can
 * log in. It stays in a transaction that holds a lock on every system catalog and its indexes, so that looking things
 * up takes no new entry of the table; its statements name functions only. Between statements it has no snapshot, so
 * it holds back no vacuum.
 */
export class WatchSession {
  readonly openedAt = performance.now();
  #broken = false;

  private constructor(private readonly client: Client) {
    client.on('error', () => (this.#broken = true));
    client.on('end', () => (this.#broken = true));
  }

  /** @throws what the driver throws */
  static async open(server: PostgresqlServer): Promise<WatchSession> {
    const config = clientConfig(server);
    const socket = (typeof config.stream === 'function' ? config.stream() : config.stream) ?? new Socket();
    const client = new Client({
      ...config,
      application_name: 'osb-gateway guard',
      query_timeout: QUERY_TIMEOUT_MS,
      stream: () => socket,
    });
    const session = new WatchSession(client);
    try {
      await client.connect();
      await session.#prepare();
    } catch (error) {
      await session.close();
      throw error;
    }
    // It keeps no process alive that has nothing else to do.
    if (socket instanceof Socket) socket.unref();
    return session;
  }

  /** Whether the connection is lost, or gave no answer in time. */
  get broken(): boolean {
    return this.#broken;
  }

  /** @throws what the driver throws */
  async read(): Promise<ServerActivity> {
    await this.#run('EXECUTE osb_guard_forget');
    const [server] = await this.#run<Omit<ServerActivity, 'sessions'>>('EXECUTE osb_guard_server');
    const sessions = await this.#run<TenantSession>('EXECUTE osb_guard_sessions');
    if (server === undefined) throw new Error('the server told nothing about itself');
    return { ...server, sessions };
  }

  /** Tells a session to end, without waiting for its end. False when it was gone. @throws what the driver throws */
  async terminate({ pid, login }: Pick<TenantSession, 'pid' | 'login'>): Promise<boolean> {
    await this.#run('EXECUTE osb_guard_forget');
    const [row] = await this.#run<{ ended: boolean }>(`EXECUTE osb_guard_terminate(${pid}, ${escapeLiteral(login)})`);
    return row?.ended === true;
  }

  async close(): Promise<void> {
    this.#broken = true;
    await this.client.end().catch(() => undefined);
  }

  async #prepare(): Promise<void> {
    await this.client.query(`SET search_path = pg_catalog; SET plan_cache_mode = force_generic_plan; SET jit = off;
      SET statement_timeout = ${QUERY_TIMEOUT_MS}; SET lock_timeout = ${QUERY_TIMEOUT_MS};
      SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0;
      SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout'`);
    const { rows } = await this.client.query<{ oid: number }>('SELECT oid FROM pg_database WHERE datname = current_database()');
    await this.client.query(`PREPARE osb_guard_forget AS SELECT pg_stat_clear_snapshot();
      PREPARE osb_guard_server AS ${serverSql(rows[0]?.oid ?? 0)};
      PREPARE osb_guard_sessions AS ${SESSIONS};
      PREPARE osb_guard_terminate(int, name) AS ${TERMINATE}`);
    const catalogs = await this.client.query<{ name: string }>(`SELECT format('pg_catalog.%I', relname) AS name
      FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
        AND has_table_privilege(oid, 'SELECT')`);
    // Planning locks each table with its indexes until the end of the transaction. The view brings pg_authid, which
    // only superusers may read.
    const names = [...catalogs.rows.map(({ name }) => name), 'pg_catalog.pg_roles'];
    await this.client.query('BEGIN');
    await this.client.query(`EXPLAIN ${names.map((name) => `SELECT 1 FROM ${name}`).join(' UNION ALL ')}`);
    await this.client.query('SAVEPOINT osb_guard');
    await this.read();
    await this.terminate({ pid: 0, login: '' });
  }

  /** In the simple protocol: a portal of the extended one would keep a snapshot until the next statement. */
  async #run<R extends object>(sql: string): Promise<R[]> {
    try {
      return (await this.client.query<R>(sql)).rows;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.severity !== 'ERROR') this.#broken = true;
      else await this.client.query('ROLLBACK TO SAVEPOINT osb_guard').catch(() => (this.#broken = true));
      throw error;
    }
  }
}
