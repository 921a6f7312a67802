import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#persistence';
import { createGatewayTemplate } from './gateway-template.js';

const PREFIX = 'osb-gateway-test-';
const silent = { info: () => undefined, warn: () => undefined };
// Nothing of a test run has to survive a crash.
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

let server: EmbeddedPostgres | undefined;
let dataDir: string | undefined;

/** Starts the server of this run and tells the tests its address, with the rights of the superuser. */
export async function startTestServer(): Promise<void> {
  await removeLeftOvers();
  dataDir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    server = await startEmbeddedPostgres({ dataDir, log: silent, settings });
    const url = server.url('postgres');
    await createGatewayTemplate(url);
    process.env['TEST_POSTGRES_URL'] = url;
  } catch (error) {
    await stopTestServer();
    throw error;
  }
}

/** Also cleans up after a start that failed half way. */
export async function stopTestServer(): Promise<void> {
  await server?.stop();
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
}

/** Runs that were killed leave their server and folder behind. */
async function removeLeftOvers(): Promise<void> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  const left = folders.filter((name) => !isAlive(Number(name.slice(PREFIX.length).split('-')[0])));
  // Another run may be removing the same one: whoever fails, it is gone.
  await Promise.allSettled(left.map((name) => removeLeftOver(join(tmpdir(), name))));
}

async function removeLeftOver(folder: string): Promise<void> {
  if (existsSync(join(folder, 'cluster', 'postmaster.pid'))) {
    const left = await startEmbeddedPostgres({ dataDir: folder, log: silent, settings });
    await left.stop();
  }
  await rm(folder, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
