import { Client, Pool, type ClientBase, type PoolClient } from 'pg';
import type { BackendLog } from '#sdk';
import { unlessAborted } from './abortable.js';
import { BlockerWatch } from './blockers.js';
import { ServerGuard } from './guard/server-guard.js';
import { NameQueue } from './name-queue.js';
import { lacksOwnDatabase, makeOwnDatabase, OWN_TABLES, ownDatabaseName } from './own-database.js';
import { clientConfig, type PostgresqlServer } from './server.js';
import { Session, type Bounds, type Progress } from './session.js';
import { Verb, type Work } from './verb.js';

export type { Work } from './verb.js';

const MAX_CONNECTIONS = 6;
const MAX_OBSERVERS = 2;
const IDLE_TIMEOUT_MS = 30_000;
const OBSERVER_TIMEOUT_MS = 10_000;

/**
 * The gateway's connections to one server: a small pool for administration, in the gateway's own database, short-lived
 * ones to other databases, and a few that see who blocks the others.
 */
export class Connections {
  /** Keeps tenants from blocking each other; to be started when the server is known to be usable. */
  readonly guard: ServerGuard;
  readonly queue = new NameQueue();
  readonly #pool: Pool;
  readonly #observers: Pool;
  readonly #watch: BlockerWatch;
  #making: Promise<void> | undefined;
  #hasTables = false;

  constructor(
    readonly server: PostgresqlServer,
    readonly log: BackendLog,
  ) {
    this.guard = new ServerGuard(server, log);
    this.#pool = this.#newPool(MAX_CONNECTIONS);
    this.#observers = this.#newPool(MAX_OBSERVERS);
    this.#watch = new BlockerWatch((query, database) => this.#observe(query, database), log);
  }

  /**
   * Runs one verb. Verbs of the same name run one after the other on the whole server, whichever gateway they come
   * from, so a repetition never meets its own earlier attempt half-way. `step` begins anew after a lock was not to be
   * had: it must be able to continue from any point.
   *
   * @throws BrokerError, or a plain error when the outcome is unknown
   */
  exclusively<T>(name: string, bounds: Bounds, step: (work: Work) => Promise<T>): Promise<T> {
    return this.verb(bounds).exclusively(name, step);
  }

  /** For verbs of several steps, between which they hold no connection. */
  verb(bounds: Bounds): Verb {
    return new Verb(this, bounds);
  }

  /** Reads without waiting for anybody. @throws what the driver throws */
  read<T>(bounds: Bounds, step: (session: Session) => Promise<T>): Promise<T> {
    return this.pooled(bounds, { mayHaveChanged: false }, step);
  }

  /** In the database the settings name, before there is one of the gateway's own. @throws what the driver throws */
  signIn<T>(bounds: Bounds, step: (session: Session) => Promise<T>): Promise<T> {
    return this.inside(undefined, bounds, { mayHaveChanged: false }, step);
  }

  /** Resolves when running verbs have ended. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#observers.end(), this.guard.close()]);
  }

  /** On a connection of the pool, in the gateway's own database. */
  async pooled<T>(bounds: Bounds, progress: Progress, step: (session: Session) => Promise<T>): Promise<T> {
    const client = await unlessAborted(this.#connect(this.#pool), bounds.signal, (late) => late.release());
    const release = onlyOnce((broken) => client.release(broken));
    try {
      return await guarded(() => release(true), bounds, async () => {
        const session = this.#session(client, bounds, progress);
        await session.begin();
        await this.#needTables(session);
        const result = await step(session);
        await session.rest().then(
          () => release(false),
          () => release(true),
        );
        return result;
      });
    } finally {
      release(true);
    }
  }

  /** On a connection of its own, in the database named. */
  async inside<T>(
    database: string | undefined,
    bounds: Bounds,
    progress: Progress,
    step: (session: Session) => Promise<T>,
  ): Promise<T> {
    const client = new Client(clientConfig(this.server, database));
    client.on('error', ignore);
    const close = (): void => void client.end().catch(() => undefined);
    try {
      return await guarded(close, bounds, async () => {
        await unlessAborted(client.connect(), bounds.signal, close);
        const session = this.#session(client, bounds, progress);
        await session.begin();
        return step(session);
      });
    } finally {
      close();
    }
  }

  #session(client: ClientBase, bounds: Bounds, progress: Progress): Session {
    return new Session(client, bounds, progress, (pid, signal) => this.#watch.during(pid, signal));
  }

  async #observe<T>(query: (session: Session) => Promise<T>, database?: string): Promise<T> {
    const bounds = boundsOf(OBSERVER_TIMEOUT_MS);
    if (database !== undefined) return this.inside(database, bounds, { mayHaveChanged: false }, query);
    const client = await this.#observers.connect();
    const release = onlyOnce((broken) => client.release(broken));
    try {
      return await guarded(() => release(true), bounds, async () => {
        const session = new Session(client, bounds, { mayHaveChanged: false });
        await session.begin();
        const result = await query(session);
        release(false);
        return result;
      });
    } finally {
      release(true);
    }
  }

  async #connect(pool: Pool): Promise<PoolClient> {
    try {
      return await pool.connect();
    } catch (error) {
      if (!lacksOwnDatabase(error)) throw error;
      await this.#makeOwnDatabase();
      return pool.connect();
    }
  }

  #makeOwnDatabase(): Promise<void> {
    this.#hasTables = false;
    this.#making ??= makeOwnDatabase(this.server).finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #needTables(session: Session): Promise<void> {
    if (this.#hasTables) return;
    await session.rows('SELECT pg_advisory_lock(0)');
    for (const table of OWN_TABLES) await session.rows(table);
    await session.rows('SELECT pg_advisory_unlock(0)');
    this.#hasTables = true;
  }

  #newPool(max: number): Pool {
    const pool = new Pool({
      ...clientConfig(this.server, ownDatabaseName(this.server)),
      max,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      allowExitOnIdle: true,
    });
    return pool.on('error', ignore).on('connect', (client) => client.on('error', ignore));
  }
}

export function boundsOf(timeoutMs: number): Bounds {
  return { signal: AbortSignal.timeout(timeoutMs), deadline: new Date(Date.now() + timeoutMs) };
}

/** Runs `step`; the connection is closed under it when the signal fires. */
async function guarded<T>(
  close: () => void,
  bounds: Bounds,
  step: () => Promise<T>,
): Promise<T> {
  bounds.signal.addEventListener('abort', close, { once: true });
  try {
    return await step();
  } finally {
    bounds.signal.removeEventListener('abort', close);
  }
}

/** What breaks a connection also fails its running or next query, where it is dealt with. An idle one is replaced. */
function ignore(): void {}

function onlyOnce(release: (broken: boolean) => void): (broken: boolean) => void {
  let released = false;
  return (broken) => {
    if (released) return;
    released = true;
    release(broken);
  };
}
