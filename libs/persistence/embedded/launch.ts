import { type ChildProcess, spawn } from 'node:child_process';
import { findBinaries } from './binaries.js';
import { ensureCluster } from './cluster.js';
import type { DataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { choosePort } from './port.js';
import { chooseRunAs, command, type Command } from './run-as.js';
import { lastProblem, openServerLog, readSince } from './server-log.js';

/** Settings of the server by their names in postgresql.conf. */
export type ServerSettings = Readonly<Record<string, string>>;

/** A server process we started. */
export interface Launch {
  readonly pid: number | undefined;
  readonly running: boolean;
  /** For one that ended before it was ready: throws why, unless starting again can help. */
  assertWorthRetrying(): Promise<void>;
  /** For one that is of no use: asks it to end. */
  stop(): void;
}

const SETTINGS: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  log_checkpoints: 'off',
  // Neither values nor statements in the log: they may hold what we keep sealed.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

// Somebody took the port, started a server on the same cluster, or processes of a killed server are still ending.
const PASSING = /Address already in use|lock file ".*" (already exists|is empty)|shared memory block/;

/** Starts a server on its port of earlier starts, with a new cluster on the first one. */
export async function launchServer(folder: DataFolder, wanted: ServerSettings): Promise<Launch> {
  const binaries = await findBinaries(folder);
  const runAs = await chooseRunAs(binaries, folder);
  await ensureCluster(folder, runAs, { sync: wanted['fsync'] !== 'off' });
  const settings = { ...SETTINGS, ...wanted, port: String(await choosePort(folder)) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawnServer(command(runAs, 'postgres', ['-D', folder.cluster, ...flags]), folder);
}

async function spawnServer({ file, args, options }: Command, folder: DataFolder): Promise<Launch> {
  const log = await openServerLog(folder.logFile);
  const { size } = await log.stat();
  if (options.uid !== undefined && options.gid !== undefined) await log.chown(options.uid, options.gid);
  // Detached: Ctrl-C must not reach the server before the gateway has drained. It ends by `stop` alone.
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', log.fd, log.fd] });
  let spawnError: Error | undefined;
  child.once('error', (error) => (spawnError = error));
  child.unref();
  await log.close();
  return {
    pid: child.pid,
    get running() {
      return isRunning(child);
    },
    stop: () => void child.kill('SIGINT'),
    async assertWorthRetrying() {
      // Ended in good order: another gateway had joined it first, and left as the last one.
      if (child.exitCode === 0) return;
      const output = spawnError?.message ?? (await readSince(folder.logFile, size));
      if (PASSING.test(output)) return;
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL does not start (${lastProblem(output)})`,
        `read ${folder.logFile} and put that right`,
      );
    },
  };
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
