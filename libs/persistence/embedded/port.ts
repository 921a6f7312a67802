import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { DataFolder } from './data-folder.js';

// Below the ports systems give to outgoing connections: those come and go, and would take a kept one away.
const LOWEST = 20_000;
const HIGHEST = 29_999;
const MOST_ATTEMPTS = 100;

/** The port of earlier starts, or a free one where there is none or somebody else has it. */
export async function choosePort(folder: DataFolder): Promise<number> {
  const kept = await keptPort(folder);
  if (kept !== undefined && (await isFree(kept))) return kept;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port was found between ${LOWEST} and ${HIGHEST}`);
}

/** The port of the start before; nothing before the first one. */
export async function keptPort(folder: DataFolder): Promise<number | undefined> {
  const port = Number(await readFile(folder.portFile, 'utf8').catch(() => ''));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** Keeps the port the server really has: whatever names this server goes on finding it. */
export async function keepPort(folder: DataFolder, port: number): Promise<void> {
  const draft = `${folder.portFile}-${randomUUID()}`;
  await writeFile(draft, `${port}\n`, { mode: 0o600 });
  await rename(draft, folder.portFile);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
