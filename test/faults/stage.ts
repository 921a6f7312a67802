import { basic, HttpClient } from '../support/http-client.js';
import type { TestDatabase } from '../support/postgres.js';
import { BackendUnderTest } from './backend-under-test.js';
import { GatewayUnderTest } from './gateway-under-test.js';
import type { ClientEntry, History } from './history.js';
import { ADMIN } from './logins.js';
import { ObservedDatabase } from './observed-database.js';
import { PlatformRecorder, type Balancer } from './platform-recorder.js';
import { CloudController } from './clients/cloud-controller.js';
import { Korifi } from './clients/korifi.js';
import type { PlatformScript } from './clients/platform-script.js';
import { ServiceCatalog } from './clients/service-catalog.js';
import type { Random } from './random.js';

const PLATFORMS = {
  'cloud-controller': { kind: 'cloudfoundry', script: CloudController },
  'service-catalog': { kind: 'kubernetes', script: ServiceCatalog },
  korifi: { kind: 'other', script: Korifi },
} as const;

export type ClientName = keyof typeof PLATFORMS;

/** What stands between the gateways and what they call; it gives the address gateways are told. */
export interface Wiring {
  toDatabase(url: string): Promise<string>;
  toBackend(url: string): Promise<string>;
}

export const DIRECT: Wiring = { toDatabase: async (url) => url, toBackend: async (url) => url };

/** Replicas of the gateway on one database, two backends, and platforms that know them all. Serves many rounds. */
export class Stage {
  readonly log: ClientEntry[] = [];
  private readonly recorders: PlatformRecorder[] = [];
  /** Where the very next request goes. */
  private next: GatewayUnderTest | undefined;

  private constructor(
    readonly database: ObservedDatabase,
    readonly backends: readonly BackendUnderTest[],
    readonly gateways: readonly GatewayUnderTest[],
  ) {}

  /** @param given a migrated database that outlives the stage; one of its own when absent */
  static async start(replicas: number, wiring: Wiring = DIRECT, given?: TestDatabase): Promise<Stage> {
    const [database, ...backends] = await Promise.all([
      ObservedDatabase.create(given),
      BackendUnderTest.start('left'),
      BackendUnderTest.start('right'),
    ]);
    const names = Array.from({ length: replicas }, (_none, index) => `gateway-${index + 1}`);
    const databaseUrl = await wiring.toDatabase(database.url);
    const gateways = await Promise.all(names.map((name) => GatewayUnderTest.start(name, databaseUrl)));
    const stage = new Stage(database, backends, gateways);
    await stage.furnish(wiring);
    return stage;
  }

  /** A platform that behaves like this, and whose requests go to gateways chosen by the random numbers. */
  script(name: ClientName, random: Random): PlatformScript {
    const login = { username: name, password: `${name}-password` };
    const recorder = new PlatformRecorder(name, name, login, this.balancer(random), this.log);
    this.recorders.push(recorder);
    return new PLATFORMS[name].script(recorder);
  }

  /** Sends the next request of any platform to this gateway. */
  direct(gateway: GatewayUnderTest): void {
    this.next = gateway;
  }

  /** Starts every gateway that is dead. */
  async revive(): Promise<void> {
    await Promise.all(this.gateways.filter(({ url }) => url === undefined).map((gateway) => gateway.restart()));
  }

  /** Whether nothing is left to do for these instances, by the gateways or by a backend. */
  async isQuiet(prefix: string): Promise<boolean> {
    if ((await this.database.unfinished(prefix)) > 0) return false;
    const { backends } = await this.history(prefix);
    return backends.every(({ calls }) => calls.every(({ endedAtMs }) => endedAtMs !== undefined));
  }

  /** All about the instances whose id begins like this; at the backends, whatever belongs to no other instance. */
  async history(prefix: string): Promise<History> {
    const database = await this.database.state(prefix);
    const others = await this.database.backendIdsOfOthers(prefix);
    return {
      client: this.log.filter(({ instanceId }) => instanceId.startsWith(prefix)),
      backends: this.backends.map((backend) => backend.ledger((id) => !others.has(id))),
      database,
    };
  }

  async closeClients(): Promise<void> {
    await Promise.all(this.recorders.splice(0).map((recorder) => recorder.close()));
  }

  async close(): Promise<void> {
    await this.closeClients();
    await Promise.all(this.gateways.map((gateway) => gateway.remove()));
    await Promise.all(this.backends.map((backend) => backend.close()));
    await this.database.drop();
  }

  private balancer(random: Random): Balancer {
    return () => {
      const chosen = this.next ?? random.pick(this.gateways.filter(({ url }) => url !== undefined));
      this.next = undefined;
      return chosen?.url === undefined ? undefined : { name: chosen.name, url: chosen.url };
    };
  }

  private async furnish(wiring: Wiring): Promise<void> {
    const admin = new HttpClient(this.gateways[0]?.url ?? '', { authorization: basic(ADMIN.username, ADMIN.password) });
    const post = async (path: string, body: unknown): Promise<void> => {
      const { status, text } = await admin.request('POST', `/admin/v1/${path}`, { body });
      if (status !== 201) throw new Error(`POST ${path} was answered ${status}: ${text}`);
    };
    for (const { name, settings } of this.backends) {
      await post('backends', { name, type: 'osb', settings: { ...settings, url: await wiring.toBackend(settings.url) } });
    }
    for (const [name, { kind }] of Object.entries(PLATFORMS)) {
      await post('platforms', { name, kind, username: name, password: `${name}-password` });
    }
    await admin.close();
    // The other replicas read the catalog when they start, and then every few seconds.
    await Promise.all(this.gateways.slice(1).map((gateway) => gateway.kill().then(() => gateway.restart())));
  }
}
