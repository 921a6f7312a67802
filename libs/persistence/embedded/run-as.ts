import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, accountsNamed, haveUserName, obstacle, ourAccount, ownerOf } from './accounts.js';
import { type Binaries, copyBinaries } from './binaries.js';
import { type DataFolder, giveTo } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Which programs run, and as whom: PostgreSQL refuses to run as root. */
export interface RunAs {
  readonly binaries: Binaries;
  /** A command that runs the rest of its line. */
  readonly through: readonly string[];
  /** Absent: as we are. */
  readonly account?: Account;
}

/** A command line for `spawn`. */
export interface Command {
  readonly file: string;
  readonly args: string[];
  readonly options: { readonly env: Record<string, string>; readonly uid?: number; readonly gid?: number };
}

// Nothing of our own environment: PGPORT, LC_ALL or LD_PRELOAD of the operator would change the server.
// With TZ set initdb does not compare 600 zone files.
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', TZ: 'UTC', LC_ALL: 'C' };
const OVERFLOW_ID = 65_534;

export function command(runAs: RunAs, program: 'initdb' | 'postgres', args: readonly string[]): Command {
  const [file = '', ...rest] = [...runAs.through, join(runAs.binaries.native, 'bin', program), ...args];
  return { file, args: rest, options: { env: ENVIRONMENT, ...runAs.account } };
}

/**
 * Ordinary users run PostgreSQL themselves. Root enters a user namespace in which it has another name: it still
 * reaches its own files, below /root too. Where namespaces are blocked, or the data belongs to somebody else, an
 * account without special rights runs it and owns the data.
 */
export async function chooseRunAs(binaries: Binaries, folder: DataFolder): Promise<RunAs> {
  const us = ourAccount();
  const asWeAre: RunAs = { binaries, through: [] };
  if (us === undefined || (us.uid !== 0 && haveUserName())) return asWeAre;

  const owner = await ownerOf(folder.path);
  if (us.uid === 0 && owner.uid !== 0) return runAsAccount(owner, binaries, folder);
  const namespace: RunAs = { binaries, through: await namespaceCommand() };
  if (!(await obstacle(us, folder.path)) && (await runs(namespace))) return namespace;
  if (us.uid !== 0) return asWeAre;
  return runAsAccount(await findAccount(folder), binaries, folder);
}

/** initdb wants a user name, so the namespace uses a number that has one. */
async function namespaceCommand(): Promise<string[]> {
  const [account] = await accountsNamed('nobody', 'postgres');
  const { uid, gid } = account ?? { uid: OVERFLOW_ID, gid: OVERFLOW_ID };
  return ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`];
}

/** With sudo in somebody's own folder it is their account, otherwise one of the system's. */
async function findAccount(folder: DataFolder): Promise<Account> {
  const accounts = [await ownerOf(dirname(folder.path)), ...(await accountsNamed('postgres', 'nobody'))];
  const account = accounts.find(({ uid }) => uid !== 0);
  if (account) return account;
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it',
    'start the gateway as another user',
  );
}

async function runAsAccount(account: Account, binaries: Binaries, folder: DataFolder): Promise<RunAs> {
  const closed = await obstacle(account, folder.path);
  if (closed) throw unreachable(account, folder, closed);
  await giveTo(account, folder.path);
  const runAs: RunAs = { binaries, through: [], account };
  if (await runs(runAs)) return runAs;
  const copy = await copyBinaries(binaries, folder);
  await giveTo(account, copy.native);
  return { ...runAs, binaries: copy };
}

function unreachable({ uid }: Account, folder: DataFolder, closed: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and user ${uid} cannot reach ${folder.path}, because ${closed} is closed to it`,
    'point DATA_DIR to a folder outside of it, such as /var/lib/osb-gateway',
  );
}

/** Whether the programs start at all this way (12 ms). */
async function runs(runAs: RunAs): Promise<boolean> {
  const { file, args, options } = command(runAs, 'postgres', ['--version']);
  return promisify(execFile)(file, args, options).then(
    () => true,
    () => false,
  );
}
