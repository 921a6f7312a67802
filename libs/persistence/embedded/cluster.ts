import { execFile } from 'node:child_process';
import { chown, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type DataFolder, unusable } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { errorCode } from './error-code.js';
import { ensurePassword } from './password.js';
import { isAlive } from './postmaster.js';
import { command, type RunAs } from './run-as.js';
import { lastProblem } from './server-log.js';

// The builtin locale sorts the same on every system; the C library's changes with its version and breaks indexes.
const INITDB_ARGS = [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
];

const STAGING = 'initdb-';

/** How a cluster is made: `--no-sync` where it need not survive a crash of the machine. */
export interface ClusterOptions {
  readonly sync: boolean;
}

/** Makes the cluster on the first start. A kill at any point leaves none or a whole one. */
export async function ensureCluster(folder: DataFolder, runAs: RunAs, options: ClusterOptions): Promise<void> {
  await removeLeftOvers(folder);
  const version = await clusterVersion(folder);
  if (version === undefined) return createCluster(folder, runAs, options);
  const [ours] = runAs.binaries.version.split('.');
  if (version === ours) return;
  throw new EmbeddedPostgresError(
    `${folder.cluster} was written by PostgreSQL ${version}, and this gateway brings ${ours}`,
    'move the data with pg_dump and pg_restore, or go back to the earlier release',
  );
}

async function clusterVersion(folder: DataFolder): Promise<string | undefined> {
  try {
    return (await readFile(join(folder.cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw unusable(folder.cluster, error);
  }
}

async function createCluster(folder: DataFolder, runAs: RunAs, options: ClusterOptions): Promise<void> {
  const staging = await mkdtemp(join(folder.path, `${STAGING}${process.pid}-`));
  try {
    await ensurePassword(folder, staging);
    await shareWithAccount(runAs, staging, folder.passwordFile);
    await initdb(folder, runAs, options, join(staging, 'cluster'));
    await moveIntoPlace(join(staging, 'cluster'), folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What was started by processes that are gone. Their initdb may still be writing: the rest goes the next time. */
async function removeLeftOvers(folder: DataFolder): Promise<void> {
  const entries = await readdir(folder.path);
  const dead = entries.filter((name) => name.startsWith(STAGING) && !isAlive(Number(name.split('-')[1])));
  await Promise.allSettled(dead.map((name) => rm(join(folder.path, name), { recursive: true, force: true })));
}

async function shareWithAccount({ account }: RunAs, ...paths: readonly string[]): Promise<void> {
  if (account) await Promise.all(paths.map((path) => chown(path, account.uid, account.gid)));
}

async function initdb(folder: DataFolder, runAs: RunAs, { sync }: ClusterOptions, target: string): Promise<void> {
  const flags = [...INITDB_ARGS, `--pwfile=${folder.passwordFile}`, ...(sync ? [] : ['--no-sync'])];
  const { file, args, options } = command(runAs, 'initdb', [...flags, `--pgdata=${target}`]);
  try {
    await promisify(execFile)(file, args, options);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new EmbeddedPostgresError(
      `The embedded database cannot be made in ${folder.path} (${lastProblem(stderr || message)})`,
      'put that right',
    );
  }
}

/** Where a second gateway was faster, its cluster stays. */
async function moveIntoPlace(staged: string, folder: DataFolder): Promise<void> {
  await rename(staged, folder.cluster).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  });
  const parent = await open(folder.path);
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}
