import { type EmbeddedPostgres, type ServerSettings, startEmbeddedPostgres } from '#persistence';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A data folder of one test. */
export interface ServerFolder {
  readonly dataDir: string;
  start(settings?: ServerSettings): Promise<EmbeddedPostgres>;
}

const silent = { info: () => undefined, warn: () => undefined };
const started: EmbeddedPostgres[] = [];
const parents: string[] = [];
let original: Promise<ServerFolder> | undefined;

/** A data folder that does not exist yet, below one that only its owner may enter, as `/root` is. */
export async function newFolder(): Promise<ServerFolder> {
  const parent = await mkdtemp(join(tmpdir(), 'embedded-'));
  parents.push(parent);
  const dataDir = join(parent, 'postgres');
  return {
    dataDir,
    async start(settings = {}) {
      const server = await startEmbeddedPostgres({ dataDir, log: silent, settings: { fsync: 'off', ...settings } });
      started.push(server);
      return server;
    },
  };
}

/** A data folder whose server was started and stopped before. Each is a copy of one: that is faster than making it. */
export async function usedFolder(): Promise<ServerFolder> {
  const { dataDir } = await (original ??= makeOriginal());
  const copy = await newFolder();
  await cp(dataDir, copy.dataDir, { recursive: true });
  return copy;
}

/** For `afterEach`. */
export async function stopServers(): Promise<void> {
  for (const server of started.splice(0)) await server.stop();
}

/** For `afterAll`. */
export async function removeFolders(): Promise<void> {
  await Promise.all(parents.map((parent) => rm(parent, { recursive: true })));
}

async function makeOriginal(): Promise<ServerFolder> {
  const folder = await newFolder();
  const server = await folder.start();
  await server.stop();
  return folder;
}
