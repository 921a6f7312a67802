import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#persistence';
import { eventually, until } from '../e2e/eventually.js';
import { killServer, OWN_SETTINGS, OwnPostgres, pidFileIn } from './own-postgres.js';
import { query, type TestDatabase } from './postgres.js';

const silent = { info: () => undefined, warn: () => undefined };
const PORT_LINE = 3;

/** A primary with a gateway's database, and a standby that has every commit before it is acknowledged. */
export class PostgresPair {
  private constructor(
    readonly primary: OwnPostgres,
    readonly standby: Standby,
    /** At the primary. */
    readonly database: TestDatabase,
  ) {}

  static async start(): Promise<PostgresPair> {
    const primary = await OwnPostgres.start();
    const database = await primary.gatewayDatabase();
    const standby = await Standby.copyOf(await primary.stopped());
    // From here on no commit is acknowledged before a standby has it.
    await primary.restart({ synchronous_standby_names: '*' });
    await standby.follow(primary);
    await until(async () => (await query(primary.adminUrl, "select 1 from pg_stat_replication where sync_state = 'sync'")).length === 1);
    return new PostgresPair(primary, standby, database);
  }

  /** Both are killed: what is left of them goes with their folders. */
  async remove(): Promise<void> {
    await Promise.all([this.primary.remove(), this.standby.remove()]);
  }
}

/** A copy of a server that follows it until it is promoted. */
export class Standby {
  private address = '';

  private constructor(private readonly folder: string) {}

  /** @param original the files of a server that is stopped */
  static async copyOf(original: string): Promise<Standby> {
    const folder = await mkdtemp(join(tmpdir(), 'osb-gateway-standby-'));
    await cp(original, folder, { recursive: true });
    return new Standby(folder);
  }

  /** To the database `postgres`, with the rights of the superuser. */
  get adminUrl(): string {
    return this.address;
  }

  get port(): number {
    return Number(new URL(this.address).port);
  }

  async follow(primary: OwnPostgres): Promise<void> {
    const cluster = join(this.folder, 'cluster');
    const conninfo = `host=127.0.0.1 port=${primary.port} user=postgres password=${primary.password}`;
    await appendFile(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
    await writeFile(join(cluster, 'standby.signal'), '');
    // It counts as started when it is promoted, which nobody here waits for.
    startEmbeddedPostgres({ dataDir: this.folder, log: silent, settings: OWN_SETTINGS }).catch(() => undefined);
    const port = await eventually(() => this.portInUse(), (found) => found !== undefined);
    this.address = Object.assign(new URL(primary.adminUrl), { port }).href;
    await until(() => query(this.address, 'select 1').then(() => true, () => false));
  }

  /** Makes it a primary. Resolves when it takes changes. */
  async promote(): Promise<void> {
    await query(this.address, 'select pg_promote(true, 60)');
  }

  async remove(): Promise<void> {
    await killServer(this.folder, this.address);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  private async portInUse(): Promise<string | undefined> {
    const lines = (await readFile(pidFileIn(this.folder), 'utf8').catch(() => '')).split('\n');
    return lines[PORT_LINE];
  }
}
