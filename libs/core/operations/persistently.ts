import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseUnavailable } from '../database-unavailable.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Repeats a write while the database is away, so that what a backend gave is not thrown away.
 *
 * @param write may be repeated after it was done: fenced by the epoch, or the same whenever it is written
 * @throws DatabaseUnavailable when the time has passed
 */
export async function persistently<T>(write: () => Promise<T>, until: Date): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || Date.now() + pauseMs > until.getTime()) throw error;
    }
    await pause(pauseMs);
  }
}
