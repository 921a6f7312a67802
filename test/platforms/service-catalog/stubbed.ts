import { reply, StubBroker } from '../../support/stub-broker.js';
import type { JsonBody } from '../../support/http-client.js';
import { ScriptedBroker } from '../scripted-broker.js';
import { ServiceCatalog, type ServiceCatalogOptions } from './service-catalog.js';

/** A plan's and an offering's members that a test changes. */
export interface StubCatalog {
  readonly service?: Record<string, unknown>;
  readonly plan?: Record<string, unknown>;
}

export function catalogOf({ service, plan }: StubCatalog = {}): JsonBody {
  const one = { id: 'plan-1', name: 'small', description: 'Small.', free: true, ...plan };
  const two = { id: 'plan-2', name: 'large', description: 'Large.', free: false };
  const described = { id: 'service-1', name: 'db', description: 'A database.', bindable: true, plan_updateable: true };
  return { services: [{ ...described, bindings_retrievable: true, plans: [one, two], ...service }] };
}

/** A minute is half a millisecond: seven days of retries fit into a test. */
const MINUTE_MS = 0.5;
/** Long enough for a busy machine. */
const TIMEOUT_MS = 1_000;

/** service-catalog in front of a broker that answers by script, its catalog read. */
export class Stubbed extends ScriptedBroker {
  private constructor(
    broker: StubBroker,
    readonly cluster: ServiceCatalog,
  ) {
    super(broker);
  }

  static async start(options: Partial<ServiceCatalogOptions> = {}): Promise<Stubbed> {
    const broker = await StubBroker.start();
    const login = { username: 'k8s', password: 'pass:word' };
    const stubbed = new Stubbed(broker, new ServiceCatalog({ url: broker.url, ...login, minuteMs: MINUTE_MS, timeoutMs: TIMEOUT_MS, ...options }));
    await stubbed.relist(catalogOf());
    return stubbed;
  }

  relist(catalog: unknown): Promise<string> {
    this.next('GET', reply(200, catalog as object));
    return this.cluster.relist();
  }

  /** An instance `orders-db` that was provisioned without a hitch. */
  async withInstance(parameters?: Record<string, unknown>): Promise<this> {
    this.next('PUT', reply(201));
    await this.cluster.provision('orders-db', 'db', 'small', parameters);
    return this;
  }

  /** The requests for instances and bindings, without paths and queries, polls apart: `PUT 201`, `poll 200`. */
  get story(): string[] {
    return this.cluster.lines
      .filter((line) => line.includes('/service_instances/'))
      .map((line) => line.replace(/^GET \S+\/last_operation\S*/, 'poll').replace(/ \/\S+/, ''));
  }

  async stop(): Promise<void> {
    await this.cluster.close();
    await this.broker.stop();
  }
}
