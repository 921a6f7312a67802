import { reply, StubBroker } from '../../support/stub-broker.js';
import type { JsonBody } from '../../support/http-client.js';
import { ScriptedBroker } from '../scripted-broker.js';
import { CloudController } from './cloud-controller.js';

/** A plan's and an offering's members that a test changes. */
export interface StubCatalog {
  readonly service?: Record<string, unknown>;
  readonly plan?: Record<string, unknown>;
}

export function catalogOf({ service, plan }: StubCatalog = {}): JsonBody {
  const one = { id: 'plan-1', name: 'small', description: 'Small.', plan_updateable: true, ...plan };
  const two = { id: 'plan-2', name: 'large', description: 'Large.' };
  const described = { id: 'service-1', name: 'db', description: 'A database.', bindable: true };
  return { services: [{ ...described, instances_retrievable: true, bindings_retrievable: true, plans: [one, two], ...service }] };
}

/** A minute is half a millisecond: a week of polls and 34 hours of retries fit into a test. */
const MINUTE_MS = 0.5;
const TIMEOUT_MS = 250;

/** Cloud Controller in front of a broker that answers by script, its catalog read. */
export class Stubbed extends ScriptedBroker {
  private constructor(
    broker: StubBroker,
    readonly cf: CloudController,
  ) {
    super(broker);
  }

  static async start(catalog: StubCatalog = {}): Promise<Stubbed> {
    const broker = await StubBroker.start();
    const login = { username: 'cf', password: 'pass:word' };
    const cf = new CloudController({ url: broker.url, ...login, minuteMs: MINUTE_MS, timeoutMs: TIMEOUT_MS });
    const stubbed = new Stubbed(broker, cf);
    await stubbed.synchronize(catalog);
    return stubbed;
  }

  /** Resolves when a request of this kind has come, since the broker was started or from now on. */
  async seen(method: string, path: string): Promise<void> {
    while (!this.broker.requests.some((request) => request.method === method && request.url.includes(path))) {
      await this.broker.received(this.broker.requests.length + 1);
    }
  }

  async synchronize(catalog: StubCatalog = {}): Promise<void> {
    this.next('GET', reply(200, catalogOf(catalog)));
    await this.cf.synchronize();
    this.cf.enableAccess();
  }

  /** An instance `orders-db` that was created without a hitch. */
  async withInstance(): Promise<this> {
    this.next('PUT', reply(201));
    await this.cf.createService('db', 'small', 'orders-db');
    return this;
  }

  async stop(): Promise<void> {
    await this.cf.close();
    await this.broker.stop();
  }
}
