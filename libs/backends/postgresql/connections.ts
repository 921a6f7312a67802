import { Client, DatabaseError, Pool, type ClientBase, type PoolClient } from 'pg';
import { HostRefusedError, type BackendLog } from '#sdk';
import { ServerGuard } from './guard/server-guard.js';
import { clientConfig, type PostgresqlServer } from './server.js';
import { Session, type Bounds, type Progress } from './session.js';
import { explain } from './sql-errors.js';

const MAX_CONNECTIONS = 6;
const IDLE_TIMEOUT_MS = 30_000;

/** A verb at work on the server. */
export interface Work {
  /** In the database the gateway signs in to, where roles and databases are managed. */
  readonly admin: Session;
  /** Connects to another database for the time of `story`. */
  readonly inside: <T>(database: string, story: (session: Session) => Promise<T>) => Promise<T>;
}

/** The gateway's connections to one server: a small pool for administration, short-lived ones to other databases. */
export class Connections {
  /** Keeps tenants from blocking each other; to be started when the server is known to be usable. */
  readonly guard: ServerGuard;
  readonly #pool: Pool;

  constructor(
    readonly server: PostgresqlServer,
    private readonly log: BackendLog,
  ) {
    this.guard = new ServerGuard(server, log);
    this.#pool = new Pool({
      ...clientConfig(server),
      max: MAX_CONNECTIONS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      allowExitOnIdle: true,
    });
    this.#pool.on('error', ignore);
  }

  /**
   * Runs one verb. Verbs of the same name run one after the other on the whole server, whichever gateway they come
   * from, so a repetition never meets its own earlier attempt half-way.
   *
   * @throws BrokerError, or a plain error when the outcome is unknown
   */
  async exclusively<T>(name: string, bounds: Bounds, story: (work: Work) => Promise<T>): Promise<T> {
    const progress: Progress = { mayHaveChanged: false };
    try {
      return await this.#pooled(bounds, progress, async (admin) => {
        await admin.lock(name);
        return story({ admin, inside: (database, visit) => this.#inside(database, bounds, progress, visit) });
      });
    } catch (error) {
      if (error instanceof DatabaseError) {
        this.log.warn('PostgreSQL refused a step', { sqlstate: error.code, reason: error.message });
      }
      if (error instanceof HostRefusedError) this.log.warn('the PostgreSQL server was not called', { reason: error.message });
      throw explain(error, progress.mayHaveChanged);
    }
  }

  /** Reads without waiting for anybody. @throws what the driver throws */
  read<T>(bounds: Bounds, story: (session: Session) => Promise<T>): Promise<T> {
    return this.#pooled(bounds, { mayHaveChanged: false }, story);
  }

  /** Resolves when running verbs have ended. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.guard.close()]);
  }

  async #pooled<T>(bounds: Bounds, progress: Progress, story: (session: Session) => Promise<T>): Promise<T> {
    const client = await unlessAborted(this.#pool.connect(), bounds.signal, (late: PoolClient) => late.release());
    const release = onlyOnce((broken) => client.release(broken));
    try {
      return await guarded(client, () => release(true), bounds, async () => {
        const session = new Session(client, bounds, progress);
        await session.begin();
        const result = await story(session);
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

  async #inside<T>(
    database: string,
    bounds: Bounds,
    progress: Progress,
    story: (session: Session) => Promise<T>,
  ): Promise<T> {
    const client = new Client(clientConfig(this.server, database));
    client.on('error', ignore);
    const close = (): void => void client.end().catch(() => undefined);
    try {
      return await guarded(client, close, bounds, async () => {
        await unlessAborted(client.connect(), bounds.signal, close);
        const session = new Session(client, bounds, progress);
        await session.begin();
        return story(session);
      });
    } finally {
      close();
    }
  }
}

/** Runs `story`; the connection is closed under it when the signal fires. */
async function guarded<T>(
  client: ClientBase,
  close: () => void,
  bounds: Bounds,
  story: () => Promise<T>,
): Promise<T> {
  client.on('error', ignore);
  bounds.signal.addEventListener('abort', close, { once: true });
  try {
    return await story();
  } finally {
    bounds.signal.removeEventListener('abort', close);
    client.off('error', ignore);
  }
}

/** What breaks a connection also fails its running query, where it is dealt with. An idle one is replaced. */
function ignore(): void {}

function onlyOnce(release: (broken: boolean) => void): (broken: boolean) => void {
  let released = false;
  return (broken) => {
    if (released) return;
    released = true;
    release(broken);
  };
}

/** Gives up waiting when the signal fires; a value that comes later goes to `discard`. */
function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal, discard: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(new Error('the deadline has passed'));
      pending.then(discard, () => undefined);
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
