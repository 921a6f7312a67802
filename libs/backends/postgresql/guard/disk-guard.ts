import { statfs } from 'node:fs/promises';
import { escapeIdentifier, type Client } from 'pg';
import { BrokerError, type BackendLog } from '#sdk';
import type { PostgresqlServer } from '../server.js';
import { DATABASE_PATTERN, LOGIN_PATTERN } from '../tenant-roles.js';
import { administer } from './administer.js';
import { GuardReport } from './guard-report.js';
import type { LoginSuspensions } from './login-suspensions.js';

const GIB = 1_073_741_824;

export interface DiskLimits {
  /** Below this the databases of tenants are read-only. */
  readonly readOnlyBelowBytes: number;
  /** Below this all logins of tenants are kept out. */
  readonly closedBelowBytes: number;
  /** From here on everything is as before. */
  readonly openFromBytes: number;
  /** What a database may grow while it is read-only: what the server itself writes. */
  readonly growthBytes: number;
  /** How long a login stays out after the last round that wanted it. */
  readonly suspensionMs: number;
}

const DISK_LIMITS: DiskLimits = {
  // A server writes some 0.5 GB/s at most: two rounds pass between the limits.
  readOnlyBelowBytes: 2 * GIB,
  closedBelowBytes: GIB,
  openFromBytes: 3 * GIB,
  // A segment of the write-ahead log; vacuum and hint bits take less.
  growthBytes: 16 * 1_048_576,
  suspensionMs: 30_000,
};

type DiskState = 'open' | 'read-only' | 'closed';

const FAILED = 'the disk of the PostgreSQL server could not be guarded; it is tried again, and tenants can fill it meanwhile';
const READ_ONLY = 'default_transaction_read_only=on';
const DATABASES = `SELECT datname AS name, pg_database_size(oid)::float8 AS bytes,
    EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = oid AND setrole = 0 AND '${READ_ONLY}' = ANY (setconfig))
      AS "isReadOnly"
  FROM pg_database WHERE datname ~ '${DATABASE_PATTERN}' AND pg_has_role(datdba, 'USAGE')`;

interface Database {
  readonly name: string;
  readonly bytes: number;
  readonly isReadOnly: boolean;
}

/**
 * Keeps the disk of a server from filling up. Databases become read-only by default first: honest applications go on
 * reading. A login can override that, so one whose database grows all the same is kept out, and everybody is when the
 * second limit is reached.
 */
export class DiskGuard {
  #state: DiskState | undefined;
  readonly #report: GuardReport;
  readonly #bytesBefore = new Map<string, number>();
  #running: Promise<void> | undefined;

  /** @param freeBytes what is left on the disk; nothing when nobody can tell */
  constructor(
    private readonly server: PostgresqlServer,
    private readonly suspensions: LoginSuspensions,
    private readonly log: BackendLog,
    private readonly limits: DiskLimits = DISK_LIMITS,
    private readonly freeBytes: () => Promise<number | undefined> = () => freeBytesOf(server.dataDirectory),
  ) {
    this.#report = new GuardReport(log);
  }

  /** Begins a round, unless one is under way. What fails is done in the next one. */
  check(): void {
    this.#running ??= this.#round()
      .catch((error: unknown) => this.#report.failed('disk', FAILED, error))
      .then(() => (this.#running = undefined));
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** @throws BrokerError Unavailable while there is no room for another database */
  refuseNewDatabase(): void {
    if (this.#state === undefined || this.#state === 'open') return;
    throw new BrokerError('Unavailable', 'the disk of the PostgreSQL server is nearly full; nothing was changed, the operator has to make room');
  }

  async #round(): Promise<void> {
    const freeBytes = await this.freeBytes();
    if (freeBytes === undefined) return;
    const state = this.#next(freeBytes);
    if (state !== 'open') await administer(this.server, (client) => this.#hold(client, state));
    else if (this.#state !== 'open') await administer(this.server, (client) => this.#release(client));
    if (state !== (this.#state ?? 'open')) this.#tell(state, freeBytes);
    this.#state = state;
  }

  #next(freeBytes: number): DiskState {
    const { closedBelowBytes, readOnlyBelowBytes, openFromBytes } = this.limits;
    if (freeBytes < closedBelowBytes) return 'closed';
    const isHeld = this.#state === 'read-only' || this.#state === 'closed';
    return freeBytes < (isHeld ? openFromBytes : readOnlyBelowBytes) ? 'read-only' : 'open';
  }

  async #hold(client: Client, state: 'read-only' | 'closed'): Promise<void> {
    const databases = (await client.query<Database>(DATABASES)).rows;
    for (const { name } of databases.filter(({ isReadOnly }) => !isReadOnly)) {
      await client.query(`ALTER DATABASE ${escapeIdentifier(name)} SET default_transaction_read_only = on`);
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename ~ $2', [name, LOGIN_PATTERN]);
    }
    const grown = databases.filter((database) => this.#hasGrown(database)).map(({ name }) => name);
    const { rows } = await client.query<{ login: string }>(
      'SELECT rolname AS login FROM pg_roles WHERE rolname ~ $1 AND ($2 OR left(rolname, 30) = ANY ($3::text[]))',
      [LOGIN_PATTERN, state === 'closed', grown],
    );
    for (const { login } of rows) this.suspensions.suspend(login, this.limits.suspensionMs);
    if (grown.length > 0 && state === 'read-only') {
      this.log.warn('databases that grow although they are read-only are closed until the disk has room', { databases: grown });
    }
  }

  #hasGrown({ name, bytes }: Database): boolean {
    const before = this.#bytesBefore.get(name) ?? bytes;
    this.#bytesBefore.set(name, before);
    return bytes > before + this.limits.growthBytes;
  }

  async #release(client: Client): Promise<void> {
    const databases = (await client.query<Database>(DATABASES)).rows.filter(({ isReadOnly }) => isReadOnly);
    for (const { name } of databases) {
      await client.query(`ALTER DATABASE ${escapeIdentifier(name)} RESET default_transaction_read_only`);
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename ~ $2', [name, LOGIN_PATTERN]);
    }
    this.#bytesBefore.clear();
  }

  #tell(state: DiskState, freeBytes: number): void {
    switch (state) {
      case 'open':
        return this.log.info('the disk of the PostgreSQL server has room again: tenants can write', { freeBytes });
      case 'read-only':
        return this.log.warn('the disk of the PostgreSQL server is nearly full: databases of tenants are read-only until there is room', { freeBytes });
      case 'closed':
        return this.log.warn('the disk of the PostgreSQL server is full but for a rest: logins of tenants are kept out until there is room', { freeBytes });
    }
  }
}

async function freeBytesOf(dataDirectory: string | undefined): Promise<number | undefined> {
  if (dataDirectory === undefined) return undefined;
  const { bavail, bsize } = await statfs(dataDirectory);
  return bavail * bsize;
}
