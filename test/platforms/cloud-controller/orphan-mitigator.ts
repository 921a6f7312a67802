import type { PlatformClock } from '../clock.js';
import type { WireReply } from '../exchange.js';
import type { Database } from './database.js';
import { parseDelete } from './response-parser.js';

/** Then the job is dropped, after some 34 hours. */
const ATTEMPTS = 11;

/** Sends a delete, again after 2, 4, 8 … minutes while it fails. A 202 is enough: nobody looks what became of it. */
export async function mitigate(database: Database, clock: PlatformClock, guid: string, remove: () => Promise<WireReply>): Promise<void> {
  const job: Database['orphanJobs'][number] = { guid, attempts: 0 };
  database.orphanJobs.push(job);
  while (job.attempts < ATTEMPTS) {
    if (job.attempts > 0) await clock.wait(60 * 2 ** job.attempts);
    job.attempts += 1;
    if (parseDelete(await remove()).kind !== 'failed') {
      job.ended = 'removed';
      return;
    }
  }
  job.ended = 'dropped';
}
