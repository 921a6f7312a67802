import { RegisterPlatform, type Timings } from '#core';
import { eventually } from '../../e2e/eventually.js';
import { simulatorAsBroker, simulatorInGateway, type SimulatorUnderTest } from '../../e2e/simulators.js';
import { AdminClient } from '../../support/admin-client.js';
import { TestGateway } from '../../support/gateway.js';
import { query } from '../../support/postgres.js';
import { ServiceCatalog, type ServiceCatalogOptions } from './service-catalog.js';

/** A slow plan takes longer than this, and is answered 202. */
const PROMOTE_AFTER_MS = 60;
const SLOW_MS = 150;
/** A call whose answer is lost is not sent again before this. */
const CALL_MS = 600;

/** A gateway in front of every bundled backend, and a cluster in front of the gateway. */
export class Landscape {
  private told: readonly string[] = [];

  private constructor(
    readonly gateway: TestGateway,
    readonly cluster: ServiceCatalog,
    /** Its offering is `simulator`. */
    readonly simulator: SimulatorUnderTest,
    /** Behind a service broker of its own; its offering is `remote`. */
    readonly remote: SimulatorUnderTest,
    private readonly admin: AdminClient,
  ) {}

  static async start(options: Partial<ServiceCatalogOptions> = {}, timings: Partial<Timings> = {}): Promise<Landscape> {
    const gateway = await TestGateway.start({ timings: { promoteAfterMs: PROMOTE_AFTER_MS, callMs: CALL_MS, ...timings } });
    const simulator = await simulatorInGateway(gateway, 'simulator', { slowDelayMs: SLOW_MS });
    const remote = await simulatorAsBroker(gateway, 'remote', { slowDelayMs: SLOW_MS });
    const login = { username: 'cluster', password: 'pass:wörd' };
    await gateway.gateway.app.get(RegisterPlatform).execute({ operator: { name: 'test' }, name: 'cluster', kind: 'kubernetes', ...login });
    const cluster = new ServiceCatalog({ url: gateway.url, ...login, ...options });
    await cluster.relist();
    return new Landscape(gateway, cluster, simulator, remote, await AdminClient.of(gateway.admin()));
  }

  /** Waits until cluster, gateway and backends agree that nothing is left of anything. What is, is told only once. */
  async isClean(): Promise<void> {
    try {
      expect(await eventually(() => this.newLeftovers(), (each) => each.length === 0)).toEqual([]);
    } finally {
      this.told = await this.leftovers();
    }
  }

  async stop(): Promise<void> {
    await this.cluster.close();
    await this.gateway.stop();
    await this.remote.close();
  }

  private async newLeftovers(): Promise<string[]> {
    const told = new Set(this.told);
    return (await this.leftovers()).filter((each) => !told.has(each));
  }

  private async leftovers(): Promise<string[]> {
    const { instances, bindings, secrets } = this.cluster.store;
    const objects = [...instances.keys(), ...bindings.keys(), ...secrets.keys()].map((name) => `cluster: ${name}`);
    return [...objects, ...(await this.leftInGateway()), ...this.leftInSimulators(), ...(await this.leftInPostgres())];
  }

  private async leftInGateway(): Promise<string[]> {
    const pages = await Promise.all(['/instances', '/bindings', '/operations?state=running'].map((path) => this.admin.get(...withQuery(path))));
    const items = pages.flatMap(({ body }) => body.items as { instanceId: string; state: string }[]);
    return items.filter(({ state }) => state !== 'deleted').map(({ instanceId, state }) => `gateway: ${instanceId} ${state}`);
  }

  private leftInSimulators(): string[] {
    const all = [this.simulator, this.remote].flatMap(({ ledger }) => ledger.inventory.instances());
    return all.map(({ instanceId }) => `simulator: ${instanceId}`);
  }

  /** The comment on a database names its instance. */
  private async leftInPostgres(): Promise<string[]> {
    const made = new Set(this.cluster.lines.map((line) => /service_instances\/([-0-9a-f]+)/.exec(line)?.[1]));
    const comments = await query<{ comment: string }>(this.gateway.database.url, `select shobj_description(oid, 'pg_database') as comment from pg_database`);
    const ids = comments.map(({ comment }) => /^OSB service instance "([^"]+)"/.exec(comment ?? '')?.[1]);
    return ids.filter((id) => id !== undefined && made.has(id)).map((id) => `postgresql: ${id}`);
  }
}

function withQuery(path: string): [string, Record<string, string>] {
  const [route = '', search = ''] = path.split('?');
  return [route, Object.fromEntries(new URLSearchParams(search))];
}
