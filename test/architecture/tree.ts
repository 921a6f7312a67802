import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

/** The root of this project. */
export const PROJECT = resolve(import.meta.dirname, '../..');

/** Every folder that holds source. */
export const SOURCE_FOLDERS = ['apps', 'libs', 'migrations', 'config', 'test'];

/** A folder or file of the project, by its path from the root. */
export interface Entry {
  readonly path: string;
  readonly isFolder: boolean;
}

/** All that stands in the source folders, sorted. */
export async function sourceEntries(): Promise<readonly Entry[]> {
  const entries = await Promise.all(SOURCE_FOLDERS.map(entriesUnder));
  return entries.flat().toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every TypeScript file of the source folders with its text. */
export async function sourceTexts(): Promise<ReadonlyMap<string, string>> {
  const files = (await sourceEntries()).filter(({ path, isFolder }) => !isFolder && path.endsWith('.ts'));
  const texts = files.map(async ({ path }) => [path, await readFile(join(PROJECT, path), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

/** A small project of its own with the given files, this project's settings and its packages. */
export async function plantProject(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'planted-'));
  await Promise.all(SOURCE_FOLDERS.map((folder) => mkdir(join(root, folder))));
  await Promise.all(['package.json', 'tsconfig.json'].map((file) => cp(join(PROJECT, file), join(root, file))));
  await symlink(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function entriesUnder(folder: string): Promise<readonly Entry[]> {
  const found = await readdir(join(PROJECT, folder), { recursive: true, withFileTypes: true });
  return found.map((entry) => ({
    path: relative(PROJECT, join(entry.parentPath, entry.name)),
    isFolder: entry.isDirectory(),
  }));
}
