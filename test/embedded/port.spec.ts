import { once } from 'node:events';
import { createServer } from 'node:net';
import { startEmbeddedPostgres } from '#persistence';
import { newFolder, removeFolders, stopServers, usedFolder } from './server-folder.js';

afterEach(stopServers);
afterAll(removeFolders);

test('a server keeps its port over restarts, so that credentials naming it stay good', async () => {
  const folder = await newFolder();
  const first = await folder.start();
  await first.stop();
  const second = await folder.start();
  await second.stop();
  const third = await folder.start();

  expect(second.connection.port).toBe(first.connection.port);
  expect(third.connection.port).toBe(first.connection.port);
});

test('a port that was taken meanwhile is given up with a warning that names both', async () => {
  const folder = await usedFolder();
  const first = await folder.start();
  const { port } = first.connection;
  await first.stop();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const warnings: unknown[] = [];
  const log = { info: () => undefined, warn: (...said: unknown[]) => void warnings.push(said) };
  const settings = { fsync: 'off' };

  const second = await startEmbeddedPostgres({ dataDir: folder.dataDir, log, settings });
  await second.stop();
  other.close();
  await once(other, 'close');
  const third = await startEmbeddedPostgres({ dataDir: folder.dataDir, log, settings });
  await third.stop();

  expect(second.connection.port).not.toBe(port);
  expect(third.connection.port).toBe(second.connection.port);
  expect(warnings).toEqual([
    [expect.stringContaining('moved to another port'), { port: second.connection.port, taken: port }],
  ]);
});
