import { Injectable } from '@nestjs/common';
import type { OperationId } from '../ids/ids.js';
import { Outage } from '../journal/outage.js';
import { GatewayIdentity } from './gateway-identity.js';
import { LifecycleStore } from './lifecycle-store.js';
import { Timings } from './timings.js';

/** What ends sooner need not be confirmed: that would cost a write, and its end says the same. */
export const CONFIRM_AFTER_MS = 250;

/**
 * Shows that this process is alive: extends the lease of every operation it works on. A process that was stopped for
 * longer than its lease must ask before it sends anything (decision 12).
 */
@Injectable()
export class LeaseKeeper {
  private readonly heldSinceMs = new Map<OperationId, number>();
  private readonly unconfirmed = new Set<OperationId>();
  private timers: NodeJS.Timeout[] = [];
  private isConfirming = false;

  constructor(
    private readonly lifecycle: LifecycleStore,
    private readonly identity: GatewayIdentity,
    private readonly timings: Timings,
    private readonly outage: Outage,
  ) {}

  start(): void {
    const inBackground = (work: Promise<unknown>): void => {
      work.catch((error: unknown) => this.outage.met('leases could not be extended', error));
    };
    this.timers = [
      setInterval(() => inBackground(this.extend([...this.heldSinceMs.keys()])), this.timings.leaseMs / 3),
      setInterval(() => inBackground(this.confirm()), CONFIRM_AFTER_MS),
    ];
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** Gives up what this process still holds, so that others need not wait for the leases to run out. Says what that was. */
  async giveUp(): Promise<readonly OperationId[]> {
    const held = [...this.heldSinceMs.keys()];
    return held.length === 0 ? held : this.lifecycle.giveUpLeases(this.identity.name, held);
  }

  /** Keeps the lease of an operation from now on, until `drop`; one that is not confirmed is confirmed soon (ADR 22). */
  hold(id: OperationId, leasedAtMs: number, { isConfirmed }: { readonly isConfirmed: boolean }): void {
    this.heldSinceMs.set(id, leasedAtMs);
    if (!isConfirmed) this.unconfirmed.add(id);
  }

  drop(id: OperationId): void {
    this.heldSinceMs.delete(id);
    this.unconfirmed.delete(id);
  }

  /** Whether the operation is surely still ours; asks the database when the last beat is too long ago to know. */
  async isHeld(id: OperationId): Promise<boolean> {
    const since = this.heldSinceMs.get(id);
    if (since !== undefined && performance.now() - since < this.timings.leaseMs / 2) return true;
    return (await this.extend([id])).has(id);
  }

  /** One statement at a time: while the database is slow, more of them would take all connections of the pool. */
  private async confirm(): Promise<void> {
    if (this.isConfirming) return;
    this.isConfirming = true;
    try {
      await this.extend(this.toConfirm());
    } finally {
      this.isConfirming = false;
    }
  }

  private toConfirm(): OperationId[] {
    const latestMs = performance.now() - CONFIRM_AFTER_MS;
    return [...this.unconfirmed].filter((id) => (this.heldSinceMs.get(id) ?? Infinity) <= latestMs);
  }

  private async extend(ids: readonly OperationId[]): Promise<ReadonlySet<OperationId>> {
    if (ids.length === 0) return new Set();
    const asked = performance.now();
    const ours = new Set(await this.lifecycle.extendLeases(this.identity.name, this.timings.leaseMs, ids));
    for (const id of ids) if (ours.has(id) && this.heldSinceMs.has(id)) this.heldSinceMs.set(id, asked);
    for (const id of ids) this.unconfirmed.delete(id);
    return ours;
  }
}
