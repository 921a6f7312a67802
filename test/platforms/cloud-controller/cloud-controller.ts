import { randomUUID } from 'node:crypto';
import { PlatformClock } from '../clock.js';
import { Exchange, type ExchangeOptions } from '../exchange.js';
import { createBinding, deleteBinding, mitigateBinding, planOf, type BindAsk } from './binding-jobs.js';
import { BrokerClient } from './broker-client.js';
import { collisions, refresh } from './catalog-refresh.js';
import { complaintsAbout } from './catalog-validator.js';
import { cleanUp } from './clean-up.js';
import { Database, type BindingRow, type InstanceRow } from './database.js';
import { begin, type Desk } from './desk.js';
import { createInstance, deleteInstance, mitigateInstance, updateInstance } from './instance-jobs.js';
import { Workers } from './workers.js';

export interface CloudControllerOptions extends ExchangeOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly minuteMs?: number;
}

/** What an operator is told when a broker was registered or updated. */
export interface BrokerReport {
  readonly state: Database['brokerState'];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Cloud Controller as a client of one service broker: its database, its jobs, and the verbs its users have. Each verb
 * resolves when its job has ended, with what `cf service` shows then; it rejects where the user is refused at once.
 */
export class CloudController {
  readonly database = new Database();
  readonly exchange: Exchange;
  private readonly desk: Desk;

  constructor(options: CloudControllerOptions) {
    this.exchange = new Exchange(options.url, options);
    const broker = new BrokerClient(this.exchange, options);
    this.desk = { database: this.database, broker, clock: new PlatformClock(options.minuteMs), workers: new Workers() };
  }

  /** `cf create-service-broker` and `cf update-service-broker`: the only times the catalog is read. */
  async synchronize(): Promise<BrokerReport> {
    const { database } = this;
    const before = database.brokerState;
    database.brokerState = 'SYNCHRONIZING';
    const reply = await this.desk.broker.catalog();
    const catalog = reply.kind === 'answered' && reply.status === 200 ? parsed(reply.text) : undefined;
    const invalid = complaintsAbout(catalog);
    const errors = invalid.length > 0 ? invalid : collisions(database, catalog.services);
    if (errors.length > 0) {
      database.brokerState = before === 'UNKNOWN' ? 'SYNCHRONIZATION_FAILED' : before;
      return { state: database.brokerState, errors, warnings: [] };
    }
    const warnings = refresh(database, catalog.services);
    database.brokerState = 'AVAILABLE';
    return { state: 'AVAILABLE', errors, warnings };
  }

  /** `cf enable-service-access`, for all that is offered. */
  enableAccess(): void {
    for (const plan of this.database.plans.values()) plan.isPublic = true;
  }

  /** `cf marketplace`: what users see, `offering/plan`. */
  marketplace(): string[] {
    const visible = [...this.database.plans.values()].filter(({ active, isPublic }) => active && isPublic);
    return visible.map((plan) => `${this.database.offeringOf(plan).name}/${plan.name}`).toSorted();
  }

  /** `cf create-service --wait`. The name of an instance that has failed may be taken again. */
  async createService(offering: string, planName: string, name: string, parameters?: Record<string, unknown>): Promise<string> {
    const plan = this.database.planNamed(offering, planName);
    if (this.database.brokerState !== 'AVAILABLE') throw new Error('The service broker is being synchronized.');
    if (!plan.isPublic) throw new Error(`Service plan '${planName}' of '${offering}' not found.`);
    this.replaceFailed(name);
    const row: InstanceRow = { guid: randomUUID(), name, planId: plan.uniqueId, maintenanceVersion: plan.maintenanceInfo?.version, lastOperation: begin(this.desk, 'create') };
    this.database.instances.set(row.guid, row);
    await createInstance(this.desk, row, plan, parameters);
    return Database.shown(row);
  }

  /** `cf update-service --wait`, with `-p`, `-c` or both. */
  async updateService(name: string, change: { plan?: string; parameters?: Record<string, unknown> }): Promise<string> {
    const row = this.free(name);
    const current = this.database.plan(row.planId);
    if (!current.active) throw new Error('Cannot update parameters of a service instance that belongs to inaccessible plan');
    if (change.plan !== undefined && !current.updateable) throw new Error('The service does not support changing plans.');
    const plan = change.plan === undefined ? undefined : this.database.planNamed(this.database.offeringOf(current).name, change.plan);
    await updateInstance(this.desk, row, { ...(plan ? { plan } : {}), ...(change.parameters ? { parameters: change.parameters } : {}) });
    return Database.shown(row);
  }

  /** `cf upgrade-service --wait`, to the version of the plan. */
  async upgradeService(name: string): Promise<string> {
    const row = this.free(name);
    const version: string | undefined = this.database.plan(row.planId).maintenanceInfo?.version;
    if (version === undefined || version === row.maintenanceVersion) return 'No upgrade is available.';
    await updateInstance(this.desk, row, { maintenanceVersion: version });
    return Database.shown(row);
  }

  /** `cf rename-service`: the broker is told only if it wants to know. */
  async renameService(name: string, to: string): Promise<string> {
    const row = this.free(name);
    const offering = this.database.offeringOf(this.database.plan(row.planId));
    if (offering.allowContextUpdates) await updateInstance(this.desk, row, { name: to });
    else row.name = to;
    return Database.shown(row);
  }

  /** `cf delete-service --wait`: also while the broker is still creating, but not while the request is under way. */
  async deleteService(name: string): Promise<string> {
    const row = this.database.instance(name);
    const { type, state } = row.lastOperation;
    const isBusy = state === 'initial' || (state === 'in progress' && type !== 'create');
    if (isBusy) throw new Error(`An operation for service instance ${name} is in progress.`);
    if (this.database.bindingsOf(row).length > 0) throw new Error('Service keys, bindings, and shares must first be deleted.');
    await deleteInstance(this.desk, row);
    return this.database.instances.has(row.guid) ? Database.shown(row) : 'deleted';
  }

  /** `cf purge-service-instance`: forgets it, and never calls the broker. */
  purgeServiceInstance(name: string): void {
    const row = this.database.instance(name);
    for (const { guid } of this.database.bindingsOf(row)) this.database.bindings.delete(guid);
    this.database.instances.delete(row.guid);
  }

  /** `cf bind-service`, `cf create-service-key` or `cf bind-route-service`. */
  async bind(name: string, kind: BindingRow['kind'], of: string, ask: BindAsk = {}): Promise<string> {
    const instance = this.free(name);
    if (!this.database.plan(instance.planId).bindable) throw new Error('The service plan does not support bindings.');
    const old = this.database.bindingsOf(instance).find((row) => row.kind === kind && row.of === of && Database.shown(row) === 'create failed');
    if (old) {
      mitigateBinding(this.desk, old, planOf(this.desk, old));
      this.database.bindings.delete(old.guid);
    }
    const row: BindingRow = { guid: randomUUID(), kind, of, instanceGuid: instance.guid, lastOperation: begin(this.desk, 'create') };
    this.database.bindings.set(row.guid, row);
    await createBinding(this.desk, row, ask);
    return Database.shown(row);
  }

  /** Of these the oldest. */
  binding(name: string, of: string): BindingRow {
    const row = this.database.bindingsOf(this.database.instance(name)).find((each) => each.of === of);
    if (!row) throw new Error(`${of} is not bound to ${name}`);
    return row;
  }

  async unbind(row: BindingRow): Promise<string> {
    await deleteBinding(this.desk, row);
    return this.database.bindings.has(row.guid) ? Database.shown(row) : 'deleted';
  }

  /** The process that works on all jobs ends; the next one finds what is stuck, in time. */
  workerDies(): void {
    this.desk.workers.die();
    void this.desk.workers.run(() => cleanUp(this.desk));
  }

  /** Everything that went over the wire, oldest first. */
  get lines(): readonly string[] {
    return this.exchange.lines;
  }

  /** What users still have, or believe to have, and the orphans that nobody has seen off yet, or ever will. */
  leftovers(): string[] {
    const { instances, bindings, orphanJobs } = this.database;
    const orphans = orphanJobs.filter(({ ended }) => ended !== 'removed').map(({ guid, ended = 'under way' }) => `orphan ${guid} ${ended}`);
    return [...[...instances.values()].map(({ name }) => name), ...[...bindings.values()].map(({ of }) => of), ...orphans];
  }

  /** Resolves when no job runs: also those that no user waits for. */
  idle(): Promise<void> {
    return this.desk.workers.idle();
  }

  async close(): Promise<void> {
    this.desk.clock.stop();
    await this.exchange.close();
    await this.idle();
  }

  private replaceFailed(name: string): void {
    const old = this.database.findInstance(name);
    if (!old) return;
    if (Database.shown(old) !== 'create failed') throw new Error(`The service instance name is taken: ${name}.`);
    this.database.instances.delete(old.guid);
    mitigateInstance(this.desk, old.guid, this.database.plan(old.planId));
  }

  private free(name: string): InstanceRow {
    const row = this.database.instance(name);
    const { type, state } = row.lastOperation;
    if (state === 'initial' || state === 'in progress') throw new Error(`An operation for service instance ${name} is in progress.`);
    if (type === 'create' && state === 'failed') throw new Error(`Service instance ${name} could not be created.`);
    return row;
  }
}

function parsed(text: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
