import { reply, StubBroker } from '../../support/stub-broker.js';
import type { JsonBody } from '../../support/http-client.js';
import { ScriptedBroker } from '../scripted-broker.js';
import { Korifi, type KorifiOptions } from './korifi.js';

/** A plan's and an offering's members that a test changes. */
export interface StubCatalog {
  readonly service?: Record<string, unknown>;
  readonly plan?: Record<string, unknown>;
}

export function catalogOf({ service, plan }: StubCatalog = {}): JsonBody {
  const small = { id: 'plan-1', name: 'small', description: 'Small.', free: true, bindable: true, ...plan };
  return { services: [{ id: 'service-1', name: 'db', description: 'A database.', bindable: true, plans: [small], ...service }] };
}

/** A minute is half a millisecond. */
const MINUTE_MS = 0.5;

/** Korifi in front of a broker that answers by script, its catalog read and open to all. */
export class Stubbed extends ScriptedBroker {
  private constructor(
    broker: StubBroker,
    readonly cf: Korifi,
  ) {
    super(broker);
  }

  static async start(options: Partial<KorifiOptions> = {}): Promise<Stubbed> {
    const broker = await StubBroker.start();
    const stubbed = new Stubbed(broker, new Korifi({ url: broker.url, username: 'cf', password: 'pass:word', minuteMs: MINUTE_MS, ...options }));
    await stubbed.synchronize(catalogOf());
    stubbed.cf.enableAccess();
    return stubbed;
  }

  synchronize(catalog: unknown): Promise<string> {
    this.next('GET', reply(200, catalog as object));
    return this.cf.synchronize();
  }

  /** An instance `orders-db` that was created without a hitch. */
  async withInstance(): Promise<this> {
    this.next('PUT', reply(201));
    await this.cf.createService('db', 'small', 'orders-db');
    return this;
  }

  /** The requests for instances and bindings by method and status, polls apart. */
  get story(): string[] {
    return this.cf.lines
      .filter((line) => line.includes('/service_instances/'))
      .map((line) => line.replace(/^GET \S+\/last_operation\S*/, 'poll').replace(/ \/\S+/, ''));
  }

  async stop(): Promise<void> {
    await this.cf.close();
    await this.broker.stop();
  }
}
