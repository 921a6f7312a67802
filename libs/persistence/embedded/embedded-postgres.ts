import { setTimeout as delay } from 'node:timers/promises';
import { type DataFolder, openDataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { errorCode } from './error-code.js';
import { type Launch, launchServer, type ServerSettings } from './launch.js';
import { readPassword } from './password.js';
import { type PostgresConnection, postgresUrl } from './postgres-connection.js';
import { keepPort, keptPort } from './port.js';
import { findPostmaster, type Postmaster, shutDown } from './postmaster.js';
import { joinServer, type Presence } from './presence.js';
import { keepBounded } from './server-log.js';

export { EmbeddedPostgresError } from './embedded-postgres-error.js';
export type { ServerSettings } from './launch.js';
export type { PostgresConnection } from './postgres-connection.js';

export interface EmbeddedPostgresLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export interface EmbeddedPostgresOptions {
  /** Belongs to the server alone; made if need be. Holds the cluster, its password and its log. */
  readonly dataDir: string;
  readonly log: EmbeddedPostgresLog;
  /** On top of ours; without effect on a server that runs already. */
  readonly settings?: ServerSettings;
  /** Called when the server broke off without being told to: it ended, or it starts itself again. */
  readonly onLost?: () => void;
}

/** A PostgreSQL server of our own, on 127.0.0.1 and a port that stays the same over restarts. */
export interface EmbeddedPostgres {
  /** As the superuser, to the database `postgres`. */
  readonly connection: PostgresConnection;
  /** True when the server ran already: another gateway uses it, or one was killed and left it. */
  readonly attached: boolean;
  /** The same for another database. Holds the password. */
  readonly url: (database: string) => string;
  /** Ends the server, and with it every connection; leaves it running while another gateway uses it. */
  readonly stop: () => Promise<void>;
}

interface Reached {
  readonly connection: PostgresConnection;
  readonly presence: Presence;
  readonly attached: boolean;
}

// A server that was killed first recovers; one that stops first writes everything down.
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const POLL_INTERVAL_MS = 5;
const LOOPBACK = { host: '127.0.0.1', user: 'postgres', database: 'postgres' };
const INVALID_PASSWORD = '28P01';

/** Starts the server of this data folder or attaches to the one that runs. Throws {@link EmbeddedPostgresError}. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const folder = await openDataFolder(options.dataDir);
  const { connection, presence, attached } = await reachServer(folder, options);
  await rememberPort(folder, connection.port, log);
  const bounded = keepBounded(folder.logFile);
  log.info('embedded PostgreSQL is ready', { port: connection.port, folder: folder.path, attached });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    clearInterval(bounded);
    const left = await presence.leave();
    if (left === 'last') return stopServer(folder, log);
    if (left === 'others') log.info('embedded PostgreSQL is left running for other gateways', { port: connection.port });
  };
  return {
    connection,
    attached,
    url: (database) => postgresUrl(connection, database),
    stop: () => (stopped ??= stop()),
  };
}

async function reachServer(folder: DataFolder, options: EmbeddedPostgresOptions): Promise<Reached> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let launch: Launch | undefined;
  let postmaster: Postmaster | undefined;
  while (Date.now() < deadline) {
    postmaster = await findPostmaster(folder.cluster);
    if (postmaster?.state === 'ready') {
      const joined = await tryJoin(postmaster, folder, options).catch((error: unknown) => {
        launch?.stop();
        throw error;
      });
      if (joined) return { ...joined, attached: postmaster.pid !== launch?.pid };
    } else if (!postmaster && !launch?.running) {
      await launch?.assertWorthRetrying();
      launch = await launchServer(folder, options.settings ?? {});
    }
    await delay(POLL_INTERVAL_MS);
  }
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL was not ready within ${START_TIMEOUT_MS / 1000} s (${postmaster?.state ?? 'not started'})`,
    `read ${folder.logFile} and start again`,
  );
}

/** Nothing when the server went away or takes nobody at the moment. */
async function tryJoin(postmaster: Postmaster, folder: DataFolder, { log, onLost }: EmbeddedPostgresOptions) {
  const connection = { ...LOOPBACK, port: postmaster.port, password: await readPassword(folder) };
  try {
    const presence = await joinServer(connection, () => {
      log.warn('embedded PostgreSQL closed its connections unexpectedly', { logFile: folder.logFile });
      onLost?.();
    });
    return { connection, presence };
  } catch (error) {
    if (errorCode(error) !== INVALID_PASSWORD) return undefined;
    throw new EmbeddedPostgresError(
      `The database in ${folder.cluster} does not take the password in ${folder.passwordFile}`,
      'put the right file back, or move the whole folder away to start with an empty database',
    );
  }
}

/** Credentials of bindings name this port: it only changes when somebody else has taken it. */
async function rememberPort(folder: DataFolder, port: number, log: EmbeddedPostgresLog): Promise<void> {
  const before = await keptPort(folder);
  if (before === port) return;
  await keepPort(folder, port);
  if (before === undefined) return;
  log.warn('embedded PostgreSQL has moved to another port: its own was taken, and earlier credentials name it', {
    port,
    taken: before,
  });
}

async function stopServer(folder: DataFolder, log: EmbeddedPostgresLog): Promise<void> {
  const postmaster = await findPostmaster(folder.cluster);
  if (!postmaster) return;
  shutDown(postmaster.pid);
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (await findPostmaster(folder.cluster)) {
    if (Date.now() > deadline) {
      log.warn('embedded PostgreSQL still writes, and ends by itself', { ...postmaster });
      return;
    }
    await delay(POLL_INTERVAL_MS);
  }
}
