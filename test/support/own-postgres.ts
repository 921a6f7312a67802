import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres, type EmbeddedPostgres, type ServerSettings } from '#persistence';
import { createGatewayTemplate, GATEWAY_TEMPLATE } from './gateway-template.js';
import { createDatabase, query, type TestDatabase } from './postgres.js';

const silent = { info: () => undefined, warn: () => undefined };
/** What was committed outlives a kill of the server, not of the machine. */
export const OWN_SETTINGS: ServerSettings = { fsync: 'off', full_page_writes: 'off', max_connections: '100' };

/** A PostgreSQL server of one test alone, which can be killed and started again on its port and folder. */
export class OwnPostgres {
  private constructor(
    private readonly folder: string,
    private readonly settings: ServerSettings,
    private server: EmbeddedPostgres,
  ) {}

  static async start(settings: ServerSettings = {}): Promise<OwnPostgres> {
    // By this name a later run finds and removes what a killed one left (test-server.ts).
    const folder = await mkdtemp(join(tmpdir(), `osb-gateway-test-${process.pid}-own-`));
    try {
      return new OwnPostgres(folder, settings, await launch(folder, settings));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** To the database `postgres`, with the rights of the superuser. */
  get adminUrl(): string {
    return this.server.url('postgres');
  }

  get password(): string {
    return this.server.connection.password;
  }

  /** Its folder: the cluster, and `server.log`. */
  get dataDir(): string {
    return this.folder;
  }

  get port(): number {
    return this.server.connection.port;
  }

  /** A migrated database for a gateway. */
  async gatewayDatabase(): Promise<TestDatabase> {
    await createGatewayTemplate(this.adminUrl);
    return createDatabase(GATEWAY_TEMPLATE, this.adminUrl);
  }

  /** Ends every process of the server at once, as when its machine is switched off. */
  async kill(): Promise<void> {
    await killServer(this.folder, this.adminUrl);
  }

  /** Starts the server again after a kill or with other settings; what was committed is there. */
  async restart(settings: ServerSettings = this.settings): Promise<void> {
    await this.server.stop();
    this.server = await launch(this.folder, settings);
  }

  /** Its files, while it is stopped: for a copy. */
  async stopped(): Promise<string> {
    await this.server.stop();
    return this.folder;
  }

  async remove(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Kills the server of a data folder with every process of it. */
export async function killServer(folder: string, adminUrl: string): Promise<void> {
  const postmaster = Number((await readFile(pidFileIn(folder), 'utf8')).split('\n')[0]);
  const backends = await query<{ pid: number }>(adminUrl, 'select pid from pg_stat_activity where pid <> pg_backend_pid()');
  for (const pid of [postmaster, ...backends.map(({ pid: each }) => each)]) sendKill(pid);
  while (isAlive(postmaster)) await pause(5);
}

export const pidFileIn = (folder: string): string => join(folder, 'cluster', 'postmaster.pid');

function launch(dataDir: string, settings: ServerSettings): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, log: silent, settings: { ...OWN_SETTINGS, ...settings } });
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
