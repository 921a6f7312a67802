import { AdminClient } from '../support/admin-client.js';
import { TestGateway, type TestGatewayOptions } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { ScriptedBroker } from './scripted-broker.js';

/** A gateway with scripted brokers behind it, a platform and an operator. */
export class RuleStage {
  private readonly brokers: ScriptedBroker[] = [];

  private constructor(
    readonly gateway: TestGateway,
    readonly osb: OsbClient,
    readonly admin: AdminClient,
  ) {}

  static async start(options: TestGatewayOptions = {}): Promise<RuleStage> {
    const gateway = await TestGateway.start(options);
    return new RuleStage(gateway, gateway.osb(), await AdminClient.of(gateway.admin()));
  }

  /** A broker that is a backend of the gateway under its own name. */
  async backend(
    name: string,
    offering: Record<string, unknown> = {},
    { plan = {}, settings = {} }: { readonly plan?: Record<string, unknown>; readonly settings?: Record<string, unknown> } = {},
  ): Promise<ScriptedBroker> {
    const broker = await this.broker(name, offering, plan);
    await this.gateway.register(name, 'osb', { ...broker.settings, ...settings });
    return broker;
  }

  /** A broker the gateway does not know yet. */
  async broker(name: string, offering: Record<string, unknown> = {}, plan: Record<string, unknown> = {}): Promise<ScriptedBroker> {
    const broker = await ScriptedBroker.start(name, offering, plan);
    this.brokers.push(broker);
    return broker;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await Promise.all(this.brokers.map((broker) => broker.stop()));
  }
}
