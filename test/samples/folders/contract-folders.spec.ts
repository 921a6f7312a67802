import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractCases, testEnvironment } from '#sdk/testing';
import { foldersBackend } from './folders-backend.js';

const text = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);

const cases = contractCases(async () => {
  const root = await mkdtemp(join(tmpdir(), 'folders-'));
  return {
    backend: foldersBackend.create({ root }, testEnvironment()),
    serviceId: '7f6a8e0e-3c55-4b0a-9c55-0a6b6f6f2f51',
    planId: '0f3f2c8a-6f0b-4a0e-8f5b-5a1f2d9b7c10',
    bindable: true,
    // The real thing: is there a file with this key?
    async checkCredentials({ folder, key }) {
      const names = await readdir(String(folder)).catch(() => []);
      const keys = await Promise.all(names.map((name) => text(join(String(folder), name))));
      return keys.includes(String(key));
    },
    // What users keep: shows that instances are apart, and that a delete leaves nothing.
    data: {
      write: ({ folder }, note) => writeFile(join(String(folder), 'note'), note),
      read: ({ folder }) => text(join(String(folder), 'note')),
    },
    close: () => rm(root, { recursive: true }),
  };
});

for (const { name, run } of cases) test(`folders: ${name}`, run);
