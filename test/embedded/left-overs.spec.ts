import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../e2e/eventually.js';
import { query } from '../support/postgres.js';
import { newFolder, removeFolders, type ServerFolder, stopServers, usedFolder } from './server-folder.js';

const gateways: ChildProcess[] = [];

afterEach(async () => {
  await Promise.all(gateways.splice(0).map(killGroup));
  await stopServers();
});
afterAll(removeFolders);

test('a killed gateway leaves its server running, and the next one attaches to it', async () => {
  const folder = await usedFolder();
  const gateway = startGateway(folder);
  const url = await addressFrom(gateway);
  await query(url, 'create table kept as select 42 as answer');
  await killGroup(gateway);

  const server = await folder.start();

  expect(server.attached).toBe(true);
  expect(server.url('postgres')).toBe(url);
  await expect(query(url, 'select answer from kept')).resolves.toEqual([{ answer: 42 }]);
  const present = "select from pg_stat_activity where application_name = 'osb-gateway presence'";
  // The server may not have noticed yet that the killed one is gone.
  await eventually(() => query(url, present), (found) => found.length === 1);
  await server.stop();
  await expect(query(url, 'select 1')).rejects.toThrow('ECONNREFUSED');
});

test('a killed server is recovered', async () => {
  const folder = await usedFolder();
  const first = await folder.start();
  await query(first.url('postgres'), 'create table kept as select 42 as answer');
  process.kill(await postmasterPid(folder), 'SIGKILL');
  await first.stop();

  const second = await folder.start();

  expect(second.attached).toBe(false);
  await expect(query(second.url('postgres'), 'select answer from kept')).resolves.toEqual([{ answer: 42 }]);
});

test('a pid file whose number now belongs to another program does not stop the start', async () => {
  const folder = await usedFolder();
  const first = await folder.start();
  const pidFile = await readFile(pidPath(folder), 'utf8');
  await first.stop();
  await writeFile(pidPath(folder), pidFile.replace(/^\d+/, String(process.ppid)));

  const second = await folder.start();

  expect(second.attached).toBe(false);
});

test('a gateway killed while it makes the cluster leaves a folder that starts', async () => {
  const folder = await newFolder();
  const gateway = startGateway(folder);
  await untilHalfMade(folder);
  await killGroup(gateway);
  expect(existsSync(join(folder.dataDir, 'cluster'))).toBe(false);

  const server = await folder.start();

  await expect(query(server.url('postgres'), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
});

test('the first start clears away what an earlier one left half made', async () => {
  const folder = await newFolder();
  const dead = spawn('true');
  await once(dead, 'exit');
  await mkdir(join(folder.dataDir, `initdb-${dead.pid}-abc`, 'cluster'), { recursive: true });

  await folder.start();

  expect(await stagingFolders(folder)).toEqual([]);
});

function startGateway(folder: ServerFolder): ChildProcess {
  const loader = join(import.meta.dirname, '../support/source-loader.mjs');
  const program = join(import.meta.dirname, 'hold-server.ts');
  const args = ['--import', loader, program, folder.dataDir];
  const gateway = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  gateways.push(gateway);
  return gateway;
}

async function addressFrom(gateway: ChildProcess): Promise<string> {
  if (!gateway.stdout) throw new Error('The gateway has no output.');
  const [line] = (await once(createInterface(gateway.stdout), 'line')) as [string];
  return (JSON.parse(line) as { url: string }).url;
}

/** As a terminal or supervisor would: everything in the gateway's process group. */
async function killGroup(gateway: ChildProcess): Promise<void> {
  if (gateway.pid === undefined || gateway.exitCode !== null || gateway.signalCode !== null) return;
  process.kill(-gateway.pid, 'SIGKILL');
  await once(gateway, 'exit');
}

function pidPath(folder: ServerFolder): string {
  return join(folder.dataDir, 'cluster', 'postmaster.pid');
}

async function postmasterPid(folder: ServerFolder): Promise<number> {
  return Number.parseInt(await readFile(pidPath(folder), 'utf8'), 10);
}

async function stagingFolders(folder: ServerFolder): Promise<string[]> {
  const names = await readdir(folder.dataDir).catch(() => []);
  return names.filter((name) => name.startsWith('initdb-'));
}

async function untilHalfMade(folder: ServerFolder): Promise<void> {
  for (;;) {
    const [staging] = await stagingFolders(folder);
    if (staging && existsSync(join(folder.dataDir, staging, 'cluster', 'PG_VERSION'))) return;
    await delay(2);
  }
}
