import type { DataSource, QueryRunner } from 'typeorm';

/** The release of this code, compared with the marker an older or newer schema carries. */
export const RELEASE = '0.1.0';

/** `auto`: migrate. `check`: refuse a database that is behind. */
export type MigrateMode = 'auto' | 'check';

/** A database this release cannot run on; the message is one line with the way out. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

// One number for all gateways that share a database.
const LOCK = 4_871_530_021;
const LOCK_RETRY_MS = 200;

/**
 * Makes the schema fit this release, or says why it does not. Several gateways may start at once: one migrates, the
 * others wait for it.
 */
export async function bringUpToDate(database: DataSource, mode: MigrateMode): Promise<void> {
  await refuseNewerSchema(database);
  if (await isUpToDate(database)) return;
  if (mode === 'check') {
    throw new SchemaError('the database is behind this release: run "npm run migrate", or start with MIGRATE=auto');
  }
  await alone(database, async () => {
    await refuseNewerSchema(database);
    await database.runMigrations();
  });
}

/** Only looks: TypeORM's own check makes its table where there is none, and two gateways would both try. */
async function isUpToDate(database: DataSource): Promise<boolean> {
  const done = await database.query<{ name: string }[]>('select name from schema_migration').catch(emptyWhenNew<{ name: string }>);
  const names = new Set(done.map(({ name }) => name));
  return database.migrations.every(({ name, constructor }) => names.has(name ?? constructor.name));
}

async function refuseNewerSchema(database: DataSource): Promise<void> {
  const [marker] = await database
    .query<{ oldest_release: string }[]>('select oldest_release from schema_marker')
    .catch(emptyWhenNew<{ oldest_release: string }>);
  if (!marker || compareReleases(marker.oldest_release, RELEASE) <= 0) return;
  throw new SchemaError(
    `the database was migrated by a newer release and needs at least ${marker.oldest_release}; this is ${RELEASE}`,
  );
}

function emptyWhenNew<Row>(error: unknown): Row[] {
  const UNDEFINED_TABLE = '42P01';
  if ((error as { code?: string }).code === UNDEFINED_TABLE) return [];
  throw error;
}

/** Polls instead of waiting: a waiting lock would block CREATE INDEX CONCURRENTLY in the migration it waits for. */
async function alone(database: DataSource, work: () => Promise<void>): Promise<void> {
  const runner = database.createQueryRunner();
  try {
    while (!(await tryLock(runner))) await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    await work();
  } finally {
    await runner.query('select pg_advisory_unlock($1)', [LOCK]);
    await runner.release();
  }
}

async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query('select pg_try_advisory_lock($1) as held', [LOCK])) as { held: boolean }[];
  return row?.held === true;
}

function compareReleases(a: string, b: string): number {
  const [left, right] = [a, b].map((release) => release.split('.').map(Number));
  const differing = left?.findIndex((part, index) => part !== right?.[index]) ?? -1;
  return differing === -1 ? 0 : (left?.[differing] ?? 0) - (right?.[differing] ?? 0);
}
