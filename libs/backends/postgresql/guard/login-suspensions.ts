import { escapeIdentifier, type Client } from 'pg';
import type { PostgresqlServer } from '../server.js';
import { LOGIN_PATTERN } from '../tenant-roles.js';
import { administer } from './administer.js';

export const SUSPENSION_MS = 300_000;
const INSPECT_EVERY_MS = 60_000;

interface Login {
  readonly name: string;
  readonly suspended: boolean;
  /** What its database allows. */
  readonly limit: number;
}

/**
 * Logins of tenants that are kept out for a time: their connection limit is 0, which no plan gives. The mark is on the
 * server, so whichever gateway comes next can lift it.
 */
export class LoginSuspensions {
  readonly #untilMs = new Map<string, number>();
  #inspectAtMs = 0;
  #running: Promise<void> | undefined;

  /** @param adoptedMs after how long those that another gateway made, or this one before a restart, are lifted */
  constructor(
    private readonly server: PostgresqlServer,
    private readonly adoptedMs = SUSPENSION_MS,
  ) {}

  /** Keeps a login out for so long from now on, or longer where that was said before. */
  suspend(login: string, forMs: number): void {
    this.#untilMs.set(login, Math.max(this.#untilMs.get(login) ?? 0, performance.now() + forMs));
  }

  /** Begins what there is to do on the server, unless it is under way. What fails is tried at the next call. */
  apply(): void {
    const now = performance.now();
    if (this.#untilMs.size === 0 && now < this.#inspectAtMs) return;
    this.#running ??= administer(this.server, (client) => this.#apply(client))
      .then(
        () => (this.#inspectAtMs = now + INSPECT_EVERY_MS),
        () => undefined,
      )
      .then(() => (this.#running = undefined));
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #apply(client: Client): Promise<void> {
    const logins = await this.#read(client);
    const now = performance.now();
    for (const { name, suspended } of logins) {
      if (suspended && !this.#untilMs.has(name)) this.suspend(name, this.adoptedMs);
    }
    const isOut = ({ name }: Login): boolean => (this.#untilMs.get(name) ?? 0) > now;
    await endSessions(client, logins.filter(isOut));
    for (const login of logins.filter((each) => isOut(each) !== each.suspended)) {
      await setLimit(client, login.name, isOut(login) ? 0 : login.limit).catch(() => undefined);
    }
    await endSessions(client, logins.filter(isOut));
    this.#forget(await this.#read(client), now);
  }

  async #read(client: Client): Promise<Login[]> {
    const { rows } = await client.query<Login>(
      `SELECT rolname AS name, rolconnlimit = 0 AS suspended, coalesce(nullif(datconnlimit, 0), -1) AS limit
         FROM pg_roles LEFT JOIN pg_database ON datname = left(rolname, 30)
        WHERE rolname ~ $1 AND (rolconnlimit = 0 OR rolname = ANY ($2::name[])) AND pg_has_role(pg_roles.oid, 'USAGE')`,
      [LOGIN_PATTERN, [...this.#untilMs.keys()]],
    );
    return rows;
  }

  /** Those that are over and were lifted, and those that are gone. */
  #forget(logins: readonly Login[], now: number): void {
    for (const [name, untilMs] of this.#untilMs) {
      const login = logins.find((each) => each.name === name);
      if (login === undefined || (untilMs <= now && !login.suspended)) this.#untilMs.delete(name);
    }
  }
}

async function endSessions(client: Client, logins: readonly Login[]): Promise<void> {
  if (logins.length === 0) return;
  await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY ($1::name[])', [
    logins.map(({ name }) => name),
  ]);
}

async function setLimit(client: Client, login: string, limit: number): Promise<void> {
  await client.query(`ALTER ROLE ${escapeIdentifier(login)} CONNECTION LIMIT ${limit}`);
}
