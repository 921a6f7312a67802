import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CATALOG_IN_PACKAGE = 'libs/backends/demo/catalog.yaml';

/** The catalog beside this backend's source: the compiler copies no YAML, so it is looked up from the package root. */
export function ownCatalogFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    folder = dirname(folder);
  }
  return join(folder, CATALOG_IN_PACKAGE);
}
