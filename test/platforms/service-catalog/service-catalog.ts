import { PlatformClock } from '../clock.js';
import { Exchange, type ExchangeOptions } from '../exchange.js';
import { reconcileBinding } from './binding-reconciler.js';
import { BrokerClient, type Parameters } from './broker-client.js';
import type { Desk } from './desk.js';
import { isProcessed, reconcileInstance } from './instance-reconciler.js';
import { isTrue, ServiceBinding, ServiceInstance, shown, type BindAsk } from './objects.js';
import { relist } from './relist.js';
import { RetryBackoff } from './retry-backoff.js';
import { Store, type Secret } from './store.js';
import { WorkQueue } from '../work-queue.js';

export interface ServiceCatalogOptions extends ExchangeOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly minuteMs?: number;
  readonly asyncBindings?: boolean;
  readonly isNamespaced?: boolean;
  /** The minor version of Kubernetes 1 it runs on. */
  readonly kubernetesMinor?: number;
}

/** The last with `apiextensions.k8s.io/v1beta1`, in which it looks for its own definitions before anything else. */
const LAST_KUBERNETES_MINOR = 21;
const RETRIES = { longestPauseSeconds: 1_000, mostRetries: 15 };

/**
 * Kubernetes service-catalog as a client of one broker: what the API server keeps, the controller that brings it about,
 * and the verbs of its users. Each verb resolves when the object is at rest, with what `kubectl get` shows then.
 */
export class ServiceCatalog {
  readonly store = new Store();
  private readonly clock: PlatformClock;
  private readonly exchanges: Exchange[] = [];
  private readonly waiting = new Set<() => void>();
  private desk: Desk;

  constructor(private readonly options: ServiceCatalogOptions) {
    const { kubernetesMinor = LAST_KUBERNETES_MINOR } = options;
    if (kubernetesMinor > LAST_KUBERNETES_MINOR) throw new Error('failed to list CustomResourceDefinition: the server could not find the requested resource');
    this.clock = new PlatformClock(options.minuteMs);
    this.desk = this.startController();
  }

  /** Everything that went over the wire, oldest first, whichever controller sent it. */
  get lines(): string[] {
    return this.exchanges.flatMap(({ lines }) => lines);
  }

  /** The lines of one instance or binding, its path shortened to what comes after its id. */
  linesOf({ externalId }: { readonly externalId: string }): string[] {
    const own = this.lines.filter((line) => line.includes(externalId));
    return own.map((line) => line.replace(/\/v2\/service_instances\/[^/?]+(\/service_bindings\/[^/? ]+)?/, ''));
  }

  /** What the broker said to the binds of a binding, each body as it came. */
  answersTo({ externalId }: { readonly externalId: string }): string[] {
    const binds = this.exchanges.flatMap(({ transcript }) => transcript).filter(({ method, path }) => method === 'PUT' && path.includes(externalId));
    return binds.map(({ reply }) => (reply?.kind === 'answered' ? reply.text : ''));
  }

  /** Reads the catalog now, as it happens after a registration, on demand and once a day. */
  async relist(): Promise<string> {
    await relist(this.store, this.desk.broker);
    return this.store.brokerReady.reason;
  }

  /** `svcat marketplace`: `class/plan`. */
  marketplace(): string[] {
    const { classes, plans } = this.store;
    const listed = [...plans.values()].filter((plan) => !plan.removedFromBrokerCatalog && !classes.get(plan.classId)?.removedFromBrokerCatalog);
    return listed.map((plan) => `${classes.get(plan.classId)?.externalName}/${plan.externalName}`).toSorted();
  }

  /** `svcat provision`. */
  async provision(name: string, className: string, planName: string, parameters?: Parameters): Promise<string> {
    const plan = this.store.planNamed(className, planName);
    const instance = new ServiceInstance(name, plan.classId, plan.externalId, parameters);
    this.store.instances.set(name, instance);
    this.desk.queue.add(instance);
    return this.atRest(instance);
  }

  /** `kubectl edit serviceinstance`: not while an operation runs. `parameters: undefined` takes them away. */
  async update(name: string, change: { planName?: string; parameters?: Parameters | undefined }): Promise<string> {
    const instance = this.store.instance(name);
    const { externalName, planUpdatable } = this.store.class(instance.classId);
    if (instance.status.currentOperation) throw new Error(`the instance ${name} has an operation in progress`);
    if (change.planName !== undefined && !planUpdatable) throw new Error(`The Service Class ${externalName} does not allow plan changes.`);
    if (change.planName !== undefined) instance.planId = this.store.planNamed(externalName, change.planName).externalId;
    if ('parameters' in change) instance.parameters = change.parameters;
    instance.generation += 1;
    this.desk.queue.add(instance);
    return this.atRest(instance);
  }

  /** `svcat deprovision`. */
  async deprovision(name: string): Promise<string> {
    const instance = this.store.instance(name);
    instance.deletionRequested = true;
    this.desk.queue.add(instance);
    return this.atRest(instance);
  }

  /** `svcat bind`. */
  async bind(instanceName: string, name: string, ask: BindAsk = {}): Promise<string> {
    const binding = new ServiceBinding(name, instanceName, ask);
    this.store.bindings.set(name, binding);
    this.desk.queue.add(binding);
    return this.atRest(binding);
  }

  /** `svcat unbind`. */
  async unbind(name: string): Promise<string> {
    const binding = this.store.binding(name);
    binding.deletionRequested = true;
    this.desk.queue.add(binding);
    return this.atRest(binding);
  }

  leftovers(): string[] {
    const { instances, bindings, secrets } = this.store;
    return [...instances.keys(), ...bindings.keys(), ...secrets.keys()];
  }

  secret(name: string): Secret['data'] {
    const secret = this.store.secrets.get(name);
    if (!secret) throw new Error(`secrets "${name}" not found`);
    return secret.data;
  }

  /** Resolves when this holds, looked at whenever something has changed. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((changed) => this.waiting.add(changed));
  }

  /** `kill -9`: connections break, and the next controller knows what the API server knows. */
  async killController(): Promise<void> {
    await this.endController();
    this.desk = this.startController();
    for (const object of [...this.store.instances.values(), ...this.store.bindings.values()]) this.desk.queue.add(object);
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
    const { options, clock, store } = this;
    const exchange = new Exchange(options.url.replace(/\/+$/, ''), options);
    this.exchanges.push(exchange);
    const reconcile = async (item: ServiceInstance | ServiceBinding): Promise<void> => {
      if (this.isGone(item)) return;
      await (item.kind === 'instance' ? reconcileInstance(desk, item) : reconcileBinding(desk, item));
    };
    const desk: Desk = {
      store,
      clock,
      broker: new BrokerClient(exchange, options),
      queue: new WorkQueue(clock, reconcile, () => this.changed(), RETRIES),
      backoff: new RetryBackoff(clock),
      asyncBindings: options.asyncBindings ?? false,
      isNamespaced: options.isNamespaced ?? false,
    };
    return desk;
  }

  private changed(): void {
    for (const look of this.waiting) look();
    this.waiting.clear();
  }

  private async atRest(object: ServiceInstance | ServiceBinding): Promise<string> {
    await this.until(() => this.isGone(object) || isAtRest(object));
    return this.isGone(object) ? 'deleted' : shown(object.status);
  }

  private isGone(object: ServiceInstance | ServiceBinding): boolean {
    const { instances, bindings } = this.store;
    return object.kind === 'instance' ? instances.get(object.name) !== object : bindings.get(object.name) !== object;
  }
}

/** Nothing more will happen, unless its user wants something else. */
function isAtRest(object: ServiceInstance | ServiceBinding): boolean {
  if (object.kind === 'instance' && object.deletionRequested) return object.status.deprovisionStatus === 'Failed';
  if (object.kind === 'instance') return isProcessed(object);
  if (object.deletionRequested) return object.status.unbindStatus === 'Failed';
  const isDecided = isTrue(object.status, 'Ready') || isTrue(object.status, 'Failed');
  return isDecided && !object.status.orphanMitigationInProgress;
}
