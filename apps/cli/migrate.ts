import 'reflect-metadata';
import { ConfigurationError, loadEnvironment } from '#config';
import { migrations } from '#migrations';
import { bringUpToDate, createDatabase, RELEASE, SchemaError } from '#persistence';

/** Brings the database that `DATABASE_URL` names up to date with this release. */
async function main(): Promise<void> {
  const { databaseUrl } = loadEnvironment();
  if (databaseUrl === undefined) {
    throw new ConfigurationError('DATABASE_URL is missing: it names the database to migrate. The embedded one is migrated at start.');
  }
  const database = createDatabase({ url: databaseUrl, migrations });
  await database.initialize();
  try {
    const before = await database.showMigrations();
    await bringUpToDate(database, 'auto');
    process.stdout.write(before ? `the database is now at release ${RELEASE}\n` : `the database is at release ${RELEASE} already\n`);
  } finally {
    await database.destroy();
  }
}

main().catch((error: unknown) => {
  const isForOperators = error instanceof ConfigurationError || error instanceof SchemaError;
  process.stderr.write(`${isForOperators ? error.message : `the database could not be migrated: ${String(error)}`}\n`);
  process.exit(1);
});
