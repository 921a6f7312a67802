import type { BackendLog } from '#sdk';
import type { Connections } from './connections.js';
import { offeredPlans } from './catalog.js';
import { requireLocale } from './database-locale.js';
import { replaceOldComments } from './old-comments.js';
import { makeReady } from './readiness.js';
import { repair } from './repair.js';
import { NO_SERVER, type Servers } from './servers.js';
import type { Bounds } from './session.js';
import type { PostgresqlSettings } from './settings.js';
import { countTenantsOf, NAMED_RECORD_WARNING, sharedRecordWarning } from './shared-record.js';

/** Whether the servers of a backend can be used, and what operators should know of them. */
export class ServersReadiness {
  readonly #ready = new Set<Connections>();
  #warnings: readonly string[] = [];

  constructor(
    private readonly servers: Servers,
    private readonly settings: PostgresqlSettings,
    private readonly log: BackendLog,
  ) {}

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /**
   * With no server for new instances the catalog is offered for the sake of the existing ones alone.
   *
   * @throws Error with what an operator has to do
   */
  async check(bounds: Bounds): Promise<void> {
    const { forNew, record } = this.servers;
    if (forNew) {
      const wasReady = this.#ready.has(forNew);
      await this.#makeReady(forNew, bounds);
      if (!wasReady) await requireLocale(forNew, this.settings, bounds);
    }
    const tenants = record ? await this.#tenantsOf(record, bounds) : 0;
    this.#warn([
      ...(forNew ? [] : [NO_SERVER]),
      ...(tenants > 0 ? [sharedRecordWarning(tenants)] : []),
      ...(isSame(forNew, record) ? [NAMED_RECORD_WARNING] : []),
    ]);
    if (!forNew && tenants === 0) throw new Error(`${NO_SERVER}, by PATCH /admin/v1/backends/… or in CONFIG_FILE. Until then nothing of it is offered`);
  }

  /** An unusable server of earlier instances keeps nothing from the others. */
  async #tenantsOf(record: Connections, bounds: Bounds): Promise<number> {
    const tenants = await countTenantsOf(record, bounds);
    if (tenants > 0) {
      await this.#makeReady(record, bounds).catch((error: unknown) => {
        this.log.warn('instances on the server of the record cannot be served', { reason: String(error) });
      });
    }
    return tenants;
  }

  async #makeReady(connections: Connections, bounds: Bounds): Promise<void> {
    if (!this.#ready.has(connections)) await makeReady(connections, offeredPlans(this.settings), this.log, bounds);
    this.#ready.add(connections);
    await repair(connections, bounds);
    await replaceOldComments(connections, this.log, bounds);
  }

  /** Said when there are others than before. */
  #warn(warnings: readonly string[]): void {
    const news = warnings.filter((warning) => !this.#warnings.includes(warning));
    this.#warnings = warnings;
    for (const warning of news) this.log.warn(warning);
  }
}

function isSame(one: Connections | undefined, other: Connections | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.server.host === other.server.host && one.server.port === other.server.port;
}
