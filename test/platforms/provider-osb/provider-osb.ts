import { randomUUID } from 'node:crypto';
import { PlatformClock } from '../clock.js';
import { Exchange, type ExchangeOptions } from '../exchange.js';
import { WorkQueue } from '../work-queue.js';
import { BindingClient } from './binding-client.js';
import { BrokerClient, type PlanOf } from './broker-client.js';
import { admitConfig, admitInstance, type ProviderConfig } from './definitions.js';
import { InstanceClient } from './instance-client.js';
import { Cluster, ServiceBinding, ServiceInstance, type Home, type KubernetesContext, type Managed } from './objects.js';
import { reconcile, type Desk } from './reconciler.js';

export interface ProviderOsbOptions extends ExchangeOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly minuteMs?: number;
  readonly config?: ProviderConfig;
  /** `--enable-automatic-binding-rotation`. */
  readonly rotates?: boolean;
  /** The pattern for plan ids is taken out of the definition of the resource; otherwise they must be uuids. */
  readonly anyPlanId?: boolean;
  /** What users write who have no parameters for a binding: `null`, or `{}` where a GET always has parameters. */
  readonly noParameters?: string;
}

/** A binding names its instance by its ids, and does not mind whether it is there. */
export type BoundTo = Pick<ServiceInstance, 'name' | 'instanceId' | 'plan'>;

/** Unless it is told, its client never hangs up. */
const FOR_EVER_MS = 24 * 3_600_000;
const RETRIES = { firstPauseSeconds: 1, longestPauseSeconds: 60 };
const CONFIG: ProviderConfig = { osbVersion: '2.17', disable_async: false };
/** What its users choose who do not mind. */
export const HOME: Home = { organization_guid: '0f1e2d3c-aaaa-4bbb-8ccc-111122223333', space_guid: '4b5a6978-dddd-4eee-8fff-444455556666' };
const SOME_UUID = '00000000-0000-4000-8000-000000000000';

/**
 * Crossplane's provider-osb as a client of one service broker: what it keeps in Kubernetes, its controllers, and what
 * its users do there. It reads no catalog: a user must know the ids.
 */
export class ProviderOsb {
  readonly cluster = new Cluster();
  private readonly clock: PlatformClock;
  private readonly exchanges: Exchange[] = [];
  private readonly waiting = new Set<() => void>();
  private desk: Desk;

  constructor(private readonly options: ProviderOsbOptions) {
    admitConfig(options.config ?? CONFIG);
    this.clock = new PlatformClock(options.minuteMs);
    this.desk = this.startController();
  }

  /** Everything that went over the wire, oldest first, whichever controller sent it. */
  get lines(): string[] {
    return this.exchanges.flatMap(({ lines }) => lines);
  }

  /** `kubectl apply` of a ServiceInstance. */
  applyInstance(name: string, plan: PlanOf, parameters = '{}', ids: Partial<Home & { instanceId: string }> = {}): ServiceInstance {
    const { instanceId, ...home } = { instanceId: randomUUID(), ...HOME, ...ids };
    admitInstance(instanceId, home, this.options.anyPlanId ? SOME_UUID : plan.plan_id);
    const instance = new ServiceInstance(name, instanceId, home, plan, parameters, contextOf(name));
    this.cluster.instances.set(name, instance);
    this.desk.queue.add(instance);
    return instance;
  }

  /** `kubectl apply` of a ServiceInstance there is, with something changed. */
  changeInstance(name: string, change: { plan?: PlanOf; parameters?: string; context?: KubernetesContext }): ServiceInstance {
    const instance = Object.assign(this.cluster.instance(name), change, { isSeen: false });
    this.desk.queue.add(instance);
    return instance;
  }

  /** `kubectl apply` of a ServiceBinding; who has no parameters must say what its GET will tell. */
  applyBinding(name: string, of: BoundTo, { parameters = this.options.noParameters ?? 'null', appGuid = '' } = {}): ServiceBinding {
    const binding = new ServiceBinding(name, of.instanceId, of.plan, parameters, contextOf(of.name), appGuid);
    this.cluster.bindings.set(name, binding);
    this.desk.queue.add(binding);
    return binding;
  }

  /** `kubectl wait --for=condition=Synced`, and until the broker has been seen to have it with nothing under way. */
  async synced(resource: Managed): Promise<string> {
    await this.until(() => resource.synced?.isTrue === true && resource.isSeen && !resource.isInProgress);
    return `Synced ${resource.state}`.trim();
  }

  /** Waits until something is wrong, and says what. */
  async troubled(resource: Managed): Promise<string> {
    await this.until(() => resource.synced?.isTrue === false);
    return resource.synced?.message ?? '';
  }

  /** `kubectl delete --wait`: of an instance that was told at once that it is deleted, it does not end. */
  async delete(resource: ServiceInstance | ServiceBinding): Promise<'deleted' | 'deleting for ever'> {
    resource.isDeleted = true;
    this.desk.queue.add(resource);
    await this.until(() => !this.cluster.has(resource) || resource.ends > 1);
    return this.cluster.has(resource) ? 'deleting for ever' : 'deleted';
  }

  /** `kubectl apply` with another `crossplane.io/external-name`: the binding is that one from now on. */
  rename(binding: ServiceBinding, externalName: string): void {
    Object.assign(binding, { externalName, isSeen: false });
    this.desk.queue.add(binding);
  }

  /** `kubectl annotate crossplane.io/external-create-pending-`, by a user who has looked. */
  vouchFor(resource: ServiceInstance | ServiceBinding): void {
    resource.isCreatePending = false;
    this.desk.queue.add(resource);
  }

  /** What an app reads in its Secret. */
  credentials(binding: ServiceBinding): Record<string, unknown> {
    const secret = this.cluster.secrets.get(binding.name) ?? {};
    return Object.fromEntries(Object.entries(secret).map(([key, value]) => [key, JSON.parse(value) as unknown]));
  }

  /** Resolves when this holds, looked at whenever something has been looked at. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((changed) => this.waiting.add(changed));
  }

  /** `kill -9`: connections break, and the next controller knows what Kubernetes knows. */
  async killController(): Promise<void> {
    await this.endController();
    this.desk = this.startController();
    for (const resource of [...this.cluster.instances.values(), ...this.cluster.bindings.values()]) this.desk.queue.add(resource);
  }

  leftovers(): string[] {
    const { instances, bindings, secrets } = this.cluster;
    return [...instances.keys(), ...bindings.keys(), ...secrets.keys()];
  }

  async close(): Promise<void> {
    this.clock.stop();
    await this.endController();
  }

  private async endController(): Promise<void> {
    this.desk.queue.stop();
    await this.exchanges.at(-1)?.close();
  }

  private startController(): Desk {
    const { options, clock, cluster } = this;
    const exchange = new Exchange(options.url.replace(/\/+$/, ''), { timeoutMs: FOR_EVER_MS, ...options });
    this.exchanges.push(exchange);
    const broker = new BrokerClient(exchange, options, (options.config ?? CONFIG).osbVersion ?? '');
    const [instances, bindings] = [new InstanceClient(broker), new BindingClient(broker, options.rotates ?? false)];
    const look = async (resource: ServiceInstance | ServiceBinding): Promise<void> => {
      if (!cluster.has(resource)) return;
      await (resource.kind === 'instance' ? reconcile(desk, instances, resource) : reconcile(desk, bindings, resource));
    };
    const desk: Desk = { cluster, clock, queue: new WorkQueue(clock, look, () => this.changed(), RETRIES) };
    return desk;
  }

  private changed(): void {
    for (const look of this.waiting) look();
    this.waiting.clear();
  }
}

const contextOf = (instanceName: string): KubernetesContext => ({ platform: 'kubernetes', namespace: 'shop', clusterId: 'cluster-1', instanceName });
