import { escapeIdentifier, escapeLiteral } from 'pg';
import type { BackendLog } from '#sdk';
import type { Connections } from './connections.js';
import { OLD_COMMENT_START, withoutInstanceId } from './database-comment.js';
import type { Bounds, Session } from './session.js';

const COMMENTS_PER_STEP = 500;
const MAX_STEPS = 20;

interface OldComment {
  readonly database: string;
  readonly comment: string;
}

/**
 * Takes the instance ids out of the comments that release 0.1.0 wrote: every login of the server can read them. At
 * most 10,000 in one call, in steps of 500; the next call continues. A failure is logged and nothing else.
 */
export async function replaceOldComments(connections: Connections, log: BackendLog, bounds: Bounds): Promise<void> {
  try {
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const found = await connections.read(bounds, oldComments);
      if (found.length === 0) return;
      // One gateway at a time: two changes of the same comment at once would fail.
      await connections.exclusively('osb_server_databases', bounds, async ({ admin }) => {
        await admin.change(...(await oldComments(admin)).map(replace));
      });
    }
  } catch (error) {
    log.warn('instance ids of release 0.1.0 are still in the comments on databases, where every login can read them', {
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

function oldComments(admin: Session): Promise<OldComment[]> {
  return admin.rows<OldComment>(
    `SELECT datname AS database, description AS comment
       FROM pg_database JOIN pg_shdescription ON objoid = pg_database.oid AND classoid = 'pg_database'::regclass
      WHERE starts_with(datname, 'osb_') AND starts_with(description, $1) AND pg_has_role(datdba, 'USAGE')
      ORDER BY datname LIMIT ${COMMENTS_PER_STEP}`,
    [OLD_COMMENT_START],
  );
}

function replace({ database, comment }: OldComment): string {
  return `COMMENT ON DATABASE ${escapeIdentifier(database)} IS ${escapeLiteral(withoutInstanceId(comment))}`;
}
