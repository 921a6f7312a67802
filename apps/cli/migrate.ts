import 'reflect-metadata';
import { ConfigurationError, loadDatabaseUrl } from '#config';
import { migrations } from '#migrations';
import { bringUpToDate, createDatabase, RELEASE, SchemaError } from '#persistence';

/** Brings the database that `DATABASE_URL` names up to date with this release, and says in one line what it did. */
async function main(): Promise<void> {
  const database = createDatabase({ url: loadDatabaseUrl(), migrations, poolSize: 2 });
  await database.initialize();
  try {
    const applied = await bringUpToDate(database, 'auto');
    const did = applied.length === 0 ? 'nothing to migrate' : `migrated: ${applied.join(', ')}`;
    console.log(`${did}; the database fits release ${RELEASE}`);
  } finally {
    await database.destroy();
  }
}

function describe(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof SchemaError) return error.message;
  const { code, message } = error as { code?: string; message?: string };
  return `the database could not be migrated (${[code, message].filter(Boolean).join(': ')})`;
}

main().catch((error: unknown) => {
  console.error(describe(error));
  process.exitCode = 1;
});
