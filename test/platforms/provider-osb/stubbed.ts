import { StubBroker } from '../../support/stub-broker.js';
import { reply } from '../../support/stub-broker.js';
import { ScriptedBroker } from '../scripted-broker.js';
import type { ServiceInstance } from './objects.js';
import { ProviderOsb, type ProviderOsbOptions } from './provider-osb.js';

export const PLAN = { service_id: 'service-1', plan_id: '9f8e7d6c-0000-4000-8000-000000000001' };
/** What a GET says of an instance with parameters `{"size":1}`. */
export const FETCHED = { ...PLAN, parameters: { size: 1 } };

/** A minute is a millisecond. */
const MINUTE_MS = 1;

/** provider-osb in front of a broker that answers by script. */
export class Stubbed extends ScriptedBroker {
  private constructor(
    broker: StubBroker,
    readonly provider: ProviderOsb,
  ) {
    super(broker);
  }

  static async start(options: Partial<ProviderOsbOptions> = {}): Promise<Stubbed> {
    const broker = await StubBroker.start();
    return new Stubbed(broker, new ProviderOsb({ url: broker.url, username: 'posb', password: 'pass:word', minuteMs: MINUTE_MS, ...options }));
  }

  /** An instance `orders` that a GET did not find first. */
  apply(parameters = '{"size":1}'): ServiceInstance {
    this.next('GET', reply(404));
    return this.provider.applyInstance('orders', PLAN, parameters);
  }

  /** Methods and statuses in turn, polls apart. */
  get story(): string[] {
    return this.provider.lines.map((line) => line.replace(/^GET \S+\/last_operation\S*/, 'poll').replace(/ \/\S+/, ''));
  }

  async stop(): Promise<void> {
    await this.provider.close();
    await this.broker.stop();
  }
}
