import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { query } from '../support/postgres.js';
import { newFolder, removeFolders, stopServers } from './server-folder.js';

const NOBODY = 65_534;
afterEach(stopServers);
afterAll(removeFolders);

test('the server runs below a folder that only its owner may enter, whoever starts it', async () => {
  const folder = await newFolder();
  expect((await stat(dirname(folder.dataDir))).mode & 0o777).toBe(0o700);

  const server = await folder.start();

  await expect(query(server.url('postgres'), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  expect((await stat(join(folder.dataDir, 'cluster'))).uid).toBe(process.geteuid?.());
});

// Only root can give files away.
if (process.geteuid?.() === 0) {
  test('started by root on a folder of another account, the server runs under that account', async () => {
    const folder = await newFolder();
    await chmod(dirname(folder.dataDir), 0o755);
    await mkdir(folder.dataDir, { mode: 0o700 });
    await chown(folder.dataDir, NOBODY, NOBODY);

    const first = await folder.start();
    await query(first.url('postgres'), 'create table kept as select 42 as answer');
    await first.stop();
    const second = await folder.start();

    await expect(query(second.url('postgres'), 'select answer from kept')).resolves.toEqual([{ answer: 42 }]);
    const pid = Number.parseInt(await readFile(join(folder.dataDir, 'cluster', 'postmaster.pid'), 'utf8'), 10);
    expect((await stat(`/proc/${pid}`)).uid).toBe(NOBODY);
  });

  test('a folder that the account cannot reach is named together with DATA_DIR', async () => {
    const folder = await newFolder();
    await mkdir(folder.dataDir);
    await chown(folder.dataDir, NOBODY, NOBODY);

    await expect(folder.start()).rejects.toThrow(/user 65534 cannot reach .*postgres, because .* DATA_DIR/);
  });
}
