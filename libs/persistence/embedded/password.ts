import { randomBytes } from 'node:crypto';
import { link, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataFolder, unusable } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { errorCode } from './error-code.js';

/** The password of the superuser. Made once and never changed: the cluster knows only this one. */
export async function readPassword(folder: DataFolder): Promise<string> {
  try {
    return (await readFile(folder.passwordFile, 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw unusable(folder.passwordFile, error);
    throw new EmbeddedPostgresError(
      `${folder.passwordFile} is missing, and the database in ${folder.cluster} knows no other password`,
      'put the file back, or move the whole folder away to start with an empty database',
    );
  }
}

/**
 * Safe against a crash and a second gateway at any point: drafted in a staging folder, it appears whole, and the
 * first one stays.
 */
export async function ensurePassword(folder: DataFolder, staging: string): Promise<void> {
  const draft = join(staging, 'password');
  await writeDurably(draft, `${randomBytes(24).toString('base64url')}\n`);
  await link(draft, folder.passwordFile).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
