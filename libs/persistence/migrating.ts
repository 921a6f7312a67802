import type { DataSource, QueryRunner } from 'typeorm';
import { patient } from './database.js';
import { compareReleases, RELEASE } from './release.js';

/** `auto`: migrate. `check`: refuse a database that is behind. */
export type MigrateMode = 'auto' | 'check';

/** A database this release cannot run on; the message is one line with the way out. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

// One number for all gateways that share a database.
const LOCK = 4_871_530_021;
const LOCK_RETRY_MS = 200;
// Wherever a gateway was started there is the build of it, in the image, too, where npm has nothing to build with.
const COMMAND = 'node dist/apps/cli/migrate.js';
const UNDEFINED_TABLE = '42P01';
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Makes the schema fit this release, or says why it does not. Several gateways may start at once: one migrates, the
 * others wait for it.
 *
 * @returns the migrations that were applied, oldest first
 */
export async function bringUpToDate(database: DataSource, mode: MigrateMode): Promise<readonly string[]> {
  try {
    return await migrate(database, mode);
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    if (code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new SchemaError(
      `the database does not let this role do what is needed (${message}): let the role that owns the database run ` +
        `"${COMMAND}", and grant this one what it lacks`,
    );
  }
}

async function migrate(database: DataSource, mode: MigrateMode): Promise<readonly string[]> {
  await refuseNewerSchema(database);
  if (await isUpToDate(database)) return [];
  if (mode === 'check') {
    throw new SchemaError(`the database is behind this release: run "${COMMAND}", or start with MIGRATE=auto`);
  }
  const slow = await patient(database).initialize();
  try {
    return await alone(slow, async () => {
      await refuseNewerSchema(slow);
      return (await slow.runMigrations()).map(({ name }) => name);
    });
  } finally {
    await slow.destroy();
  }
}

/** Only looks: TypeORM's own check makes its table where there is none, and two gateways would both try. */
async function isUpToDate(database: DataSource): Promise<boolean> {
  const done = await rowsIfAny<{ name: string }>(database, 'select name from schema_migration');
  const names = new Set(done.map(({ name }) => name));
  return database.migrations.every(({ name, constructor }) => names.has(name ?? constructor.name));
}

async function refuseNewerSchema(database: DataSource): Promise<void> {
  const [marker] = await rowsIfAny<{ oldest_release: string }>(database, 'select oldest_release from schema_marker');
  if (!marker || compareReleases(marker.oldest_release, RELEASE) <= 0) return;
  throw new SchemaError(
    `the database was migrated by a newer release and needs at least ${marker.oldest_release}; this is ${RELEASE}`,
  );
}

async function rowsIfAny<R>(database: DataSource, sql: string): Promise<R[]> {
  try {
    return await database.query<R[]>(sql);
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/** Polls instead of waiting: a waiting lock would block CREATE INDEX CONCURRENTLY in the migration it waits for. */
async function alone<T>(database: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = database.createQueryRunner();
  try {
    while (!(await tryLock(runner))) await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    return await work();
  } finally {
    // A connection that was lost has given up its lock, and must not hide why the work failed.
    await runner.query('select pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    await runner.release();
  }
}

async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query('select pg_try_advisory_lock($1) as held', [LOCK])) as { held: boolean }[];
  return row?.held === true;
}
