import { type FileHandle, open, readFile, rename, stat, truncate } from 'node:fs/promises';

const KEPT_BYTES = 1_048_576;
const LARGEST_BYTES = 8 * KEPT_BYTES;
// A server that is made to log all the time writes some 10 MB/s.
const CHECK_INTERVAL_MS = 1_000;

/** Opens the log for a server that starts. A log that has grown becomes `server.log.1`. */
export async function openServerLog(path: string): Promise<FileHandle> {
  if ((await sizeOf(path)) > KEPT_BYTES) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}

/** Empties the log whenever it gets too large. The server appends, so it goes on at the new end. */
export function keepBounded(path: string): NodeJS.Timeout {
  return setInterval(() => void emptyWhenLarge(path), CHECK_INTERVAL_MS).unref();
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What was written since the log had `fromByte` bytes. */
export async function readSince(path: string, fromByte: number): Promise<string> {
  const log = await readFile(path).catch(() => Buffer.alloc(0));
  return log.subarray(fromByte).toString();
}

/** The line that says why a program gave up. */
export function lastProblem(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const problem = lines.findLast((line) => /\b(FATAL|PANIC|ERROR|error):/.test(line)) ?? lines.at(-1);
  return problem?.replace(/^.*?\b(?:FATAL|PANIC|ERROR|error): +/, '') ?? 'it said nothing';
}

async function emptyWhenLarge(path: string): Promise<void> {
  if ((await sizeOf(path)) > LARGEST_BYTES) await truncate(path).catch(() => undefined);
}
