import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { query } from '../support/postgres.js';
import { newFolder, removeFolders, stopServers, usedFolder } from './server-folder.js';

afterEach(stopServers);
afterAll(removeFolders);

test('a first start in an empty folder gives a UTF-8 database for this machine alone', async () => {
  const folder = await newFolder();
  const { url, attached, connection } = await folder.start();

  expect(attached).toBe(false);
  expect(connection).toMatchObject({ host: '127.0.0.1', user: 'postgres', database: 'postgres' });
  const [settings] = await query(
    url('postgres'),
    `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses,
            current_setting('unix_socket_directories') as sockets, current_setting('shared_buffers') as buffers,
            upper('ä') as upper`,
  );
  expect(settings).toEqual({ encoding: 'UTF8', addresses: '127.0.0.1', sockets: '', buffers: '32MB', upper: 'Ä' });
});

test('nobody enters without the password, which only its owner can read', async () => {
  const folder = await usedFolder();
  const { url, connection } = await folder.start();

  const wrong = url('postgres').replace(encodeURIComponent(connection.password), 'guess');
  await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  const file = join(folder.dataDir, 'password');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await readFile(file, 'utf8')).trim()).toBe(connection.password);
});

test('a second start keeps the data and the password', async () => {
  const folder = await usedFolder();
  const first = await folder.start();
  await query(first.url('postgres'), 'create table kept as select 42 as answer');
  await first.stop();
  await expect(query(first.url('postgres'), 'select 1')).rejects.toThrow('ECONNREFUSED');

  const second = await folder.start();

  expect(second.attached).toBe(false);
  expect(second.connection.password).toBe(first.connection.password);
  await expect(query(second.url('postgres'), 'select answer from kept')).resolves.toEqual([{ answer: 42 }]);
});

test('two gateways that start at once on a new folder share one server', async () => {
  const folder = await newFolder();
  const servers = await Promise.all([folder.start(), folder.start()]);

  expect(servers.map(({ attached }) => attached).toSorted()).toEqual([false, true]);
  expect(servers[0].connection).toEqual(servers[1].connection);
});

test('stopping leaves the server to another gateway, and the last one ends it', async () => {
  const folder = await usedFolder();
  const first = await folder.start();
  const second = await folder.start();
  expect(second.attached).toBe(true);

  await first.stop();
  await expect(query(second.url('postgres'), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);

  await second.stop();
  await expect(query(second.url('postgres'), 'select 1')).rejects.toThrow('ECONNREFUSED');
});

test('stopping twice is the same as once', async () => {
  const folder = await usedFolder();
  const server = await folder.start();

  await expect(Promise.all([server.stop(), server.stop()])).resolves.toEqual([undefined, undefined]);
});

test('a gateway that starts while another one stops the server waits and starts it again', async () => {
  const folder = await usedFolder();
  const first = await folder.start();
  const [second] = await Promise.all([folder.start(), first.stop()]);

  await expect(query(second.url('postgres'), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
});

test('a log that has grown is put aside at the next start', async () => {
  const folder = await usedFolder();
  const log = join(folder.dataDir, 'server.log');
  await writeFile(log, 'x'.repeat(2_000_000));

  await folder.start();

  expect((await stat(`${log}.1`)).size).toBe(2_000_000);
  await expect(readFile(log, 'utf8')).resolves.toMatch(/^[^x]+ LOG: {2}starting PostgreSQL/);
});
