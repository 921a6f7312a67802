import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newFolder, removeFolders, stopServers, usedFolder } from './server-folder.js';

afterEach(stopServers);
afterAll(removeFolders);

test('a platform without binaries is told to set DATABASE_URL', async () => {
  const folder = await newFolder();
  const { arch } = process;
  Object.defineProperty(process, 'arch', { value: 'mips' });
  try {
    await expect(folder.start()).rejects.toThrow(/No embedded PostgreSQL is installed for .*-mips: .* DATABASE_URL/);
  } finally {
    Object.defineProperty(process, 'arch', { value: arch });
  }
});

test('a data folder that is a file is named together with DATA_DIR', async () => {
  const folder = await newFolder();
  await writeFile(folder.dataDir, '');

  await expect(folder.start()).rejects.toThrow(/data folder .*postgres cannot be used .* DATA_DIR/);
});

test('data of another major version is refused, not damaged', async () => {
  const folder = await usedFolder();
  await writeFile(join(folder.dataDir, 'cluster', 'PG_VERSION'), '17\n');

  await expect(folder.start()).rejects.toThrow(/was written by PostgreSQL 17, and this gateway brings 18/);
});

test('a lost password is named with the way out', async () => {
  const folder = await usedFolder();
  await rm(join(folder.dataDir, 'password'));

  await expect(folder.start()).rejects.toThrow(/password is missing.*put the file back/);
});

test('a wrong password is named with the way out, and no server is left behind', async () => {
  const folder = await usedFolder();
  await writeFile(join(folder.dataDir, 'password'), 'guess\n');

  await expect(folder.start()).rejects.toThrow(/does not take the password/);
  while (existsSync(join(folder.dataDir, 'cluster', 'postmaster.pid'))) await delay(5);
});

test('a server that cannot start says why and where its log is', async () => {
  const folder = await usedFolder();

  await expect(folder.start({ shared_buffers: 'plenty' })).rejects.toThrow(
    /does not start \(invalid value for parameter "shared_buffers": "plenty"\): read .*server\.log/,
  );
});
