import { access, constants, lchown, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './accounts.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { errorCode } from './error-code.js';

/** Where everything of one embedded server is kept. Paths are absolute and free of symbolic links. */
export interface DataFolder {
  readonly path: string;
  /** What PostgreSQL calls its data directory. */
  readonly cluster: string;
  readonly passwordFile: string;
  readonly logFile: string;
  /** The port of the server's last start. */
  readonly portFile: string;
}

/** Makes the folder if need be. */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const path = await realpath(dataDir);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return {
      path,
      cluster: join(path, 'cluster'),
      passwordFile: join(path, 'password'),
      logFile: join(path, 'server.log'),
      portFile: join(path, 'port'),
    };
  } catch (error) {
    throw unusable(dataDir, error);
  }
}

/** Turns "permission denied" and its like into a line that names DATA_DIR. */
export function unusable(path: string, error: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The data folder ${path} cannot be used (${errorCode(error) ?? String(error)})`,
    'point DATA_DIR to a folder this account may read and write',
  );
}

/** Gives the folder and all that is in it to an account. Only root can. */
export async function giveTo(account: Account, path: string): Promise<void> {
  const { uid, gid } = account;
  if ((await stat(path)).uid === uid) return;
  const entries = await readdir(path, { recursive: true });
  await Promise.all(entries.map((entry) => lchown(join(path, entry), uid, gid)));
  // The folder itself comes last: its owner tells that all the rest is done.
  await lchown(path, uid, gid);
}
