import { escapeIdentifier } from 'pg';
import { BrokerError } from '#sdk';
import { endSessionsIn } from './end-sessions.js';
import { findDatabase } from './inventory.js';
import type { InstanceNames } from './names.js';
import { rollBackAllPrepared } from './prepared-transactions.js';
import type { Work } from './verb.js';

/** Drops an instance's database with all that is in it, if it is there. Nobody can enter it any more meanwhile. */
export async function dropDatabase(work: Work, names: InstanceNames): Promise<void> {
  const { admin } = work;
  const found = await findDatabase(admin, names);
  if (found === undefined) return;
  const database = escapeIdentifier(names.database);
  await refuseSlots(work, names);
  const reopened = await reopenForPrepared(work, names);
  if (found.connectable || reopened) await admin.change(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
  // Not WITH (FORCE): it refuses administrators who are no superusers while autovacuum is at work in the database.
  await endSessionsIn(admin, names.database);
  await admin.changeAlone(`DROP DATABASE ${database}`);
}

/** A prepared transaction keeps a database, and is rolled back inside of it only. @returns whether there was one */
export async function reopenForPrepared(work: Work, names: InstanceNames): Promise<boolean> {
  const [prepared] = await work.admin.rows('SELECT FROM pg_prepared_xacts WHERE database = $1', [names.database]);
  if (prepared === undefined) return false;
  await work.admin.change(`ALTER DATABASE ${escapeIdentifier(names.database)} ALLOW_CONNECTIONS true`);
  await rollBackAllPrepared(work, [], names.database);
  return true;
}

async function refuseSlots({ admin, log }: Work, names: InstanceNames): Promise<void> {
  const slots = await admin.rows<{ name: string }>(
    'SELECT slot_name AS name FROM pg_replication_slots WHERE database = $1',
    [names.database],
  );
  if (slots.length === 0) return;
  log.warn('a database cannot be dropped while it has logical replication slots', {
    database: names.database,
    slots: slots.map(({ name }) => name),
  });
  throw new BrokerError(
    'BackendFailed',
    "the database has logical replication slots, which the gateway's log names: drop them with pg_drop_replication_slot",
  );
}
