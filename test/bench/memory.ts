import { readdir, readFile, readlink } from 'node:fs/promises';
import { sep } from 'node:path';

/** Memory of a group of processes. */
export interface Memory {
  readonly processes: number;
  readonly rssBytes: number;
  /** Pages that several of them have count once. Absent where the system does not tell. */
  readonly pssBytes?: number;
}

/** Of single processes; nothing where the system has no /proc. */
export async function memoryOf(pids: readonly number[]): Promise<Memory | undefined> {
  const rollups = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')));
  const told = rollups.filter((text) => text !== '');
  if (told.length === 0) return undefined;
  const sum = (name: string): number => told.reduce((bytes, text) => bytes + kilobytes(text, name) * 1024, 0);
  return { processes: told.length, rssBytes: sum('Rss'), pssBytes: sum('Pss') };
}

/** The processes of PostgreSQL servers whose data is in the folder: each works in that of its cluster. */
export async function serverProcessesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0);
  const works = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_pid, index) => works[index]?.startsWith(folder + sep));
}

const kilobytes = (text: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
