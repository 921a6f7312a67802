import { readFile } from 'node:fs/promises';

interface Entry {
  readonly integrity?: string;
  readonly link?: true;
}

test('every package of the lock file has the digest of what is installed: run node .ci/complete-lock.mjs', async () => {
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };
  const installed = Object.entries(packages).filter(([path, { link }]) => path !== '' && !link);
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
});
