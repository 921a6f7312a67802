import { reply, StubBroker, type Script } from '../../support/stub-broker.js';
import type { JsonBody } from '../../support/http-client.js';
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
export class Stubbed {
  private readonly scripts = new Map<string, Script[]>();
  private readonly fallbacks = new Map<string, Script>();

  private constructor(
    readonly broker: StubBroker,
    readonly cf: CloudController,
  ) {
    broker.otherwise((response, request) => {
      const script = this.scripts.get(request.method)?.shift() ?? this.fallbacks.get(request.method) ?? reply(200);
      script(response, request);
    });
  }

  static async start(catalog: StubCatalog = {}): Promise<Stubbed> {
    const broker = await StubBroker.start();
    const login = { username: 'cf', password: 'pass:word' };
    const cf = new CloudController({ url: broker.url, ...login, minuteMs: MINUTE_MS, timeoutMs: TIMEOUT_MS });
    const stubbed = new Stubbed(broker, cf);
    await stubbed.synchronize(catalog);
    return stubbed;
  }

  /** What the next requests of a method get, in turn. */
  next(method: string, ...scripts: Script[]): this {
    this.scripts.set(method, [...(this.scripts.get(method) ?? []), ...scripts]);
    return this;
  }

  /** What the others get, instead of an empty 200. */
  otherwise(method: string, script: Script): this {
    this.fallbacks.set(method, script);
    return this;
  }

  /** Takes back what has not been used. */
  forget(method: string): void {
    this.scripts.delete(method);
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

  /** What was sent of one method, path and query. */
  sent(method: string): string[] {
    return this.broker.requests.filter((request) => request.method === method).map(({ url }) => url);
  }

  async stop(): Promise<void> {
    await this.cf.close();
    await this.broker.stop();
  }
}
