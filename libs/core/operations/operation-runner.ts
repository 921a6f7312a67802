import { Injectable } from '@nestjs/common';
import { Outage } from '../journal/outage.js';
import type { OperationId } from '../ids/ids.js';
import { within } from '../within.js';
import { GatewayIdentity } from './gateway-identity.js';
import { LeaseKeeper } from './lease-keeper.js';
import { LifecycleStore, type Task } from './lifecycle-store.js';
import { OperationEngine } from './operation-engine.js';
import { OperationNews } from './operation-news.js';
import { OperationSignals } from './operation-signals.js';
import { RunnerShares } from './runner-shares.js';
import { Timings } from './timings.js';

const PURGE_EVERY_MS = 3_600_000;

/**
 * Carries on what no request carries: accepted operations, queued deletes, clean-ups, and whatever a process that died
 * left behind. Runs in every gateway process; the claim in the database keeps two of them apart.
 */
@Injectable()
export class OperationRunner {
  private readonly running = new Map<OperationId, Promise<void>>();
  private readonly timers: NodeJS.Timeout[] = [];
  private pass: Promise<void> | undefined;
  private foundWork = false;
  private stopped = false;

  constructor(
    private readonly lifecycle: LifecycleStore,
    private readonly engine: OperationEngine,
    private readonly shares: RunnerShares,
    private readonly leases: LeaseKeeper,
    private readonly identity: GatewayIdentity,
    private readonly news: OperationNews,
    private readonly signals: OperationSignals,
    private readonly timings: Timings,
    private readonly outage: Outage,
  ) {}

  start(): void {
    this.every(this.timings.tickMs, () => this.tick());
    // While there is work it looks more often: what comes due is late by less, and does not come all at once.
    this.every(this.timings.tickMs / 4, async () => (this.foundWork ? this.alone(() => this.takeDue()) : undefined));
    this.leases.start();
    this.news.start({
      ended: (id) => this.signals.moved(id),
      due: () => void this.tick().catch((error: unknown) => this.complain(error)),
    });
    this.every(PURGE_EVERY_MS, () => this.lifecycle.purge(this.timings.retentionMs));
  }

  /**
   * Takes no more operations and waits for those under way. What is not over in time is given up: others take it over at
   * once. Says what that was.
   */
  async stop(timeMs = this.timings.stopMs): Promise<readonly OperationId[]> {
    this.stopped = true;
    for (const timer of this.timers) clearInterval(timer);
    await within(timeMs, this.idle());
    try {
      return await this.leases.giveUp();
    } catch (error) {
      // The leases end by themselves.
      this.complain(error);
      return [];
    } finally {
      this.leases.stop();
    }
  }

  private async idle(): Promise<void> {
    await this.news.stop();
    await Promise.allSettled([this.pass]);
    await Promise.allSettled(this.running.values());
    await this.engine.idle();
  }

  private every(intervalMs: number, job: () => Promise<void>): void {
    const run = (): void => void job().catch((error: unknown) => this.complain(error));
    this.timers.push(setInterval(run, intervalMs));
  }

  private tick(): Promise<void> {
    return this.alone(async () => {
      await this.lifecycle.releaseForgotten();
      this.outage.over();
      await this.takeDue();
    });
  }

  /** One pass at a time; what comes up meanwhile is seen by that one, or by the next tick. */
  private async alone(work: () => Promise<void>): Promise<void> {
    if (this.pass || this.stopped) return;
    this.pass = work().finally(() => (this.pass = undefined));
    await this.pass;
  }

  private async takeDue(): Promise<void> {
    this.foundWork = false;
    do {
      const most = this.shares.left();
      const claimed = await this.lifecycle.claimDue(this.identity.name, this.timings.leaseMs, most);
      this.shares.take(most, claimed.map(({ operation }) => operation.backendId));
      this.foundWork ||= claimed.length > 0;
      for (const task of claimed) this.carryOn(task);
    } while (!this.stopped && this.shares.isWorthClaiming());
  }

  private carryOn(task: Task): void {
    const { id } = task.operation;
    const deadline = new Date(Date.now() + this.timings.callMs);
    const work = this.engine
      .advance(task, deadline)
      .then(() => undefined, (error: unknown) => this.complain(error))
      .finally(() => this.ended(task));
    this.running.set(id, work);
  }

  private ended({ operation }: Task): void {
    this.running.delete(operation.id);
    this.shares.giveBack(operation.backendId);
    if (this.shares.isWorthClaiming()) this.alone(() => this.takeDue()).catch((error: unknown) => this.complain(error));
  }

  private complain(error: unknown): void {
    this.outage.met('the operation runner hit an error', error);
  }
}
