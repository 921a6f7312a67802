import { PlatformClock } from '../clock.js';
import { Exchange, type ExchangeOptions } from '../exchange.js';
import { WorkQueue } from '../work-queue.js';
import { readCatalog, readFetchedBinding } from './answers.js';
import { reconcileBinding } from './binding-reconciler.js';
import { BrokerClient, type Parameters } from './broker-client.js';
import { Panic, takeOver } from './catalog-sync.js';
import { Database, ServiceBinding, ServiceInstance, type LastOperation, shown, shownBinding } from './database.js';
import { idsOf, type Desk } from './desk.js';
import { reconcileInstance } from './instance-reconciler.js';

export interface KorifiOptions extends ExchangeOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly minuteMs?: number;
}

/** Its client never hangs up. */
const FOR_EVER_MS = 24 * 3_600_000;
const RETRIES = { longestPauseSeconds: 1_000 };

/**
 * Korifi as a client of one service broker: what it keeps in Kubernetes, its controllers, and the verbs its users have.
 * Each verb resolves when nothing more will happen, with what `cf service` shows then.
 */
export class Korifi {
  readonly database = new Database();
  private readonly clock: PlatformClock;
  private readonly exchanges: Exchange[] = [];
  private readonly waiting = new Set<() => void>();
  private desk: Desk;

  constructor(private readonly options: KorifiOptions) {
    this.clock = new PlatformClock(options.minuteMs);
    this.desk = this.startController();
  }

  /** Everything that went over the wire, oldest first, whichever controller sent it. */
  get lines(): string[] {
    return this.exchanges.flatMap(({ lines }) => lines);
  }

  /** The methods and statuses of one instance or binding, polls as `poll`; what is in it, left out. */
  storyOf({ guid }: { readonly guid: string }): string[] {
    const own = this.lines.filter((line) => new RegExp(`/${guid}(\\?|/last_operation| )`).test(line));
    return own.map((line) => line.replace(/^GET \S+\/last_operation\S*/, 'poll').replace(/ \/\S+/, ''));
  }

  /** `cf create-service-broker`, and whenever the broker is looked at again. */
  async synchronize(): Promise<'Ready' | 'GetCatalogFailed' | 'CrashLoopBackOff'> {
    const outcome = readCatalog(await this.desk.broker.catalog());
    if (outcome.kind !== 'done') return 'GetCatalogFailed';
    try {
      takeOver(this.database, outcome.body.services ?? []);
      return 'Ready';
    } catch (error) {
      if (error instanceof Panic) return 'CrashLoopBackOff';
      throw error;
    }
  }

  /** `cf enable-service-access`, for all there is. */
  enableAccess(): void {
    for (const plan of this.database.plans.values()) plan.visibility = 'public';
  }

  /** `cf marketplace`: `offering/plan`. */
  marketplace(): string[] {
    const { offerings, plans } = this.database;
    const visible = [...plans.values()].filter(({ visibility }) => visibility === 'public');
    return visible.map((plan) => `${offerings.get(plan.offeringId)?.name}/${plan.name}`).toSorted();
  }

  /** `cf create-service`, until Korifi has made up its mind. */
  async createService(offering: string, plan: string, name: string, parameters?: Parameters): Promise<string> {
    const instance = new ServiceInstance(name, this.database.planNamed(offering, plan).id, parameters);
    this.database.instances.set(instance.guid, instance);
    this.desk.queue.add(instance);
    const { status } = instance;
    await this.until(() => status.ready?.isTrue === true || status.provisioningFailed !== undefined || status.ready?.reason === 'InvalidServicePlan');
    return shown(instance);
  }

  /** Whether `--wait` comes back from a create, or with `of` from a bind: it ends with what is ready, and knows no failure. */
  waitEnds(name: string, of?: string): boolean {
    const { status } = of === undefined ? this.database.instance(name) : this.database.binding(name, of);
    return status.ready?.isTrue === true;
  }

  /** `cf service`: it asks for feature flags and shared spaces too, which Korifi does not know. */
  showService(name: string): 'FAILED' {
    this.database.instance(name);
    return 'FAILED';
  }

  /** `cf curl "/v3/service_instances?names=…"`: its last operation. */
  curlLastOperation(name: string): LastOperation | undefined {
    return this.database.instance(name).status.lastOperation;
  }

  /** `cf update-service`: nothing is sent. */
  updateService(name: string): 'OK' {
    this.database.instance(name);
    return 'OK';
  }

  /** `upgrade available` of `cf services`: the version is noted only of what was made at once. */
  isUpgradeAvailable(name: string): boolean {
    const { planId, status } = this.database.instance(name);
    return status.maintenanceVersion !== this.database.plan(planId).maintenanceVersion;
  }

  /** `cf delete-service-broker`: not refused, and everything that was made of it stays. */
  deleteServiceBroker(): void {
    this.database.hasBroker = false;
  }

  /** `kubectl apply` of a CFServiceBroker with the name of the deleted one: whatever was made of that belongs to it. */
  putServiceBrokerBack(): void {
    this.database.hasBroker = true;
  }

  /** `cf delete-service --wait`; bindings go with it. */
  async deleteService(name: string, { purge = false } = {}): Promise<string> {
    const instance = this.database.instance(name);
    instance.isDeleted = true;
    instance.isPurged = purge;
    this.desk.queue.add(instance);
    await this.until(() => !this.database.instances.has(instance.guid));
    return 'deleted';
  }

  /** `cf bind-service`. */
  bindApp(name: string, appGuid: string, parameters?: Parameters): Promise<string> {
    return this.bind(name, 'app', appGuid, parameters);
  }

  /** `cf create-service-key`. */
  createKey(name: string, key: string, parameters?: Parameters): Promise<string> {
    return this.bind(name, 'key', key, parameters);
  }

  /** `cf unbind-service` and `cf delete-service-key`. */
  async unbind(name: string, of: string): Promise<string> {
    const binding = this.database.binding(name, of);
    binding.isDeleted = true;
    this.desk.queue.add(binding);
    await this.until(() => !this.database.bindings.has(binding.guid));
    return 'deleted';
  }

  /** What the app finds in its environment, or the key shows. */
  credentials(name: string, of: string): Record<string, unknown> {
    const { guid } = this.database.binding(name, of);
    const secret = this.database.secrets.get(guid);
    if (!secret) throw new Error(`no credentials for ${of}`);
    return JSON.parse(secret['credentials'] ?? '') as Record<string, unknown>;
  }

  /** `cf curl /v3/service_credential_bindings/:guid/parameters`. */
  async bindingParameters(name: string, of: string): Promise<unknown> {
    const instance = this.database.instance(name);
    const { guid } = this.database.binding(name, of);
    const outcome = readFetchedBinding(await this.desk.broker.fetchBinding(instance.guid, guid, idsOf(this.desk, instance.planId)));
    return outcome.kind === 'done' ? outcome.body.parameters : outcome.kind;
  }

  /** Everything is looked at again, as it is after a restart and now and then. */
  resync(): void {
    for (const object of [...this.database.instances.values(), ...this.database.bindings.values()]) this.desk.queue.add(object);
  }

  /** Resolves when this holds, looked at whenever something has been looked at. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((changed) => this.waiting.add(changed));
  }

  /** `kill -9`: connections break, and the next controller knows what Kubernetes knows. */
  async killController(): Promise<void> {
    await this.endController();
    this.desk = this.startController();
    this.resync();
  }

  leftovers(): string[] {
    const { instances, bindings, secrets } = this.database;
    return [...instances.keys(), ...bindings.keys(), ...secrets.keys()];
  }

  async close(): Promise<void> {
    this.clock.stop();
    await this.endController();
  }

  private async bind(name: string, type: 'app' | 'key', of: string, parameters: Parameters | undefined): Promise<string> {
    const binding = new ServiceBinding(this.database.instance(name).guid, type, of, parameters);
    this.database.bindings.set(binding.guid, binding);
    this.desk.queue.add(binding);
    const isGone = (): boolean => !this.database.bindings.has(binding.guid);
    await this.until(() => isGone() || binding.status.ready?.isTrue === true || binding.status.bindingFailed !== undefined);
    return isGone() ? 'deleted' : shownBinding(binding);
  }

  private async endController(): Promise<void> {
    this.desk.queue.stop();
    await this.exchanges.at(-1)?.close();
  }

  private startController(): Desk {
    const { options, clock, database } = this;
    const exchange = new Exchange(options.url.replace(/\/+$/, ''), { timeoutMs: FOR_EVER_MS, ...options });
    this.exchanges.push(exchange);
    const reconcile = async (item: ServiceInstance | ServiceBinding): Promise<void> => {
      if (item.kind === 'instance' && database.instances.has(item.guid)) await reconcileInstance(desk, item);
      if (item.kind === 'binding' && database.bindings.has(item.guid)) await reconcileBinding(desk, item);
    };
    const queue = new WorkQueue(clock, reconcile, () => this.changed(), RETRIES);
    const desk: Desk = { database, broker: new BrokerClient(exchange, options), queue };
    return desk;
  }

  private changed(): void {
    for (const look of this.waiting) look();
    this.waiting.clear();
  }
}
