import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBackendContract, testEnvironment } from '#sdk/testing';
import { foldersBackend } from './folders-backend.js';

describeBackendContract('folders', async () => {
  const root = await mkdtemp(join(tmpdir(), 'folders-'));
  return {
    backend: foldersBackend.create({ root }, testEnvironment()),
    serviceId: '7f6a8e0e-3c55-4b0a-9c55-0a6b6f6f2f51',
    planId: '0f3f2c8a-6f0b-4a0e-8f5b-5a1f2d9b7c10',
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
