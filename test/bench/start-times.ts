import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryOf, serverProcessesIn, type Memory } from './memory.js';

const MAIN = fileURLToPath(new URL('../../apps/gateway/main.js', import.meta.url));

export interface StartTimes {
  readonly firstSeconds: number;
  readonly warmSeconds: number;
  /** After the second start; of the gateway and of its PostgreSQL servers. */
  readonly gateway?: Memory | undefined;
  readonly servers?: Memory | undefined;
}

interface Start {
  readonly seconds: number;
  readonly gateway: Memory | undefined;
  readonly servers: Memory | undefined;
}

/** From the start of the process to the first catalog: with an empty data folder, and again with what that one left. */
export async function startTimes(dataDir: string): Promise<StartTimes> {
  const { seconds: firstSeconds } = await startOnce(dataDir);
  const { seconds: warmSeconds, gateway, servers } = await startOnce(dataDir);
  return { firstSeconds, warmSeconds, gateway, servers };
}

/** The same without the server for tenants: a file in the place of its folder keeps it from starting. */
export async function startTimesOfRecordAlone(dataDir: string): Promise<StartTimes> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, 'tenants'), '');
  return startTimes(dataDir);
}

async function startOnce(dataDir: string): Promise<Start> {
  const port = await freePort();
  const env = { ...process.env, DATA_DIR: dataDir, PORT: String(port), PLATFORM_PASSWORD: 'bench', LOG_LEVEL: 'silent' };
  const started = performance.now();
  const gateway = spawn(process.execPath, [MAIN], { env, stdio: 'ignore' });
  const ended = once(gateway, 'exit');
  while (!(await answersCatalog(port))) {
    if (gateway.exitCode !== null) throw new Error('the gateway ended instead of starting');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const seconds = (performance.now() - started) / 1000;
  const memory = await memoryOf(gateway.pid === undefined ? [] : [gateway.pid]);
  const servers = await memoryOf(await serverProcessesIn(dataDir));
  gateway.kill('SIGTERM');
  await ended;
  return { seconds, gateway: memory, servers };
}

async function answersCatalog(port: number): Promise<boolean> {
  const headers = { authorization: `Basic ${Buffer.from('platform:bench').toString('base64')}`, 'x-broker-api-version': '2.17' };
  try {
    return (await fetch(`http://127.0.0.1:${port}/v2/catalog`, { headers })).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
