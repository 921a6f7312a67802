import { readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './error-code.js';

/** The running server process of a cluster, as its pid file tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** `ready`, or on the way up or down. */
  readonly state: string;
}

const PORT_LINE = 3;
const STATE_LINE = 7;

/**
 * The server that runs on this cluster, if any. A pid file whose number now belongs to another program, as happens
 * in containers, is removed: PostgreSQL itself would refuse to start.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const path = join(cluster, 'postmaster.pid');
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 0) || !isAlive(pid)) return undefined;
  if (await worksIn(pid, cluster)) {
    return { pid, port: Number(lines[PORT_LINE]), state: lines[STATE_LINE]?.trim() ?? '' };
  }
  await rm(path, { force: true });
  return undefined;
}

/** Whether the process exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Asks for a fast shutdown: transactions are rolled back, everything committed is written down. */
export function shutDown(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if (isAlive(pid)) throw error;
  }
}

/** A postmaster works in its cluster's folder. Where the system does not show that, the pid file is believed. */
async function worksIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return readlink(`/proc/${pid}/cwd`).then(
    (folder) => folder === cluster,
    () => false,
  );
}
