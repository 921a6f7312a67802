import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBackendContract, testEnvironment } from '#sdk/testing';
import { CATALOG } from './catalog.js';
import { foldersBackend } from './folders-backend.js';

describeBackendContract('folders', async () => {
  const root = await mkdtemp(join(tmpdir(), 'folders-'));
  const [service] = CATALOG.services;
  return {
    backend: foldersBackend.create({ root }, testEnvironment()),
    serviceId: service?.id ?? '',
    planId: service?.plans[0]?.id ?? '',
    bindable: true,
    // The real thing: is there a file with this key?
    async checkCredentials({ folder, key }) {
      const names = await readdir(String(folder)).catch(() => []);
      const keys = await Promise.all(names.map((name) => readFile(join(String(folder), name), 'utf8')));
      return keys.includes(String(key));
    },
    close: () => rm(root, { recursive: true }),
  };
});
