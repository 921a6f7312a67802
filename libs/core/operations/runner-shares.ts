import { Injectable } from '@nestjs/common';
import { BackendCalls } from '../backends/backend-calls.js';
import { MOST_CALLS } from '../backends/backend-guard.js';
import { BackendRegistry } from '../backends/backend-registry.js';
import type { MostPerBackend } from './lifecycle-store.js';
import { OverlapPolicy } from './overlap-policy.js';

/** Half of a backend's calls are the runner's at most: whoever asks for a platform finds the others free. */
const shareOf = (mostCalls: number): number => Math.max(1, Math.floor(mostCalls / 2));

/**
 * How many operations of each backend the runner has under way. There is no bound over all backends: those that hang
 * would fill it, and nothing of the others would go on.
 */
@Injectable()
export class RunnerShares {
  private readonly taken = new Map<string, number>();
  /** Backends that had as much due as was asked for: there may be more. */
  private hungry: ReadonlySet<string> = new Set();

  constructor(
    private readonly registry: BackendRegistry,
    private readonly calls: BackendCalls,
    private readonly overlaps: OverlapPolicy,
  ) {}

  /** What may be claimed now. */
  left(): MostPerBackend {
    const ids = new Set([...this.registry.ids(), ...this.taken.keys()]);
    return { named: new Map([...ids].map((id) => [id, this.leftOf(id)])), others: shareOf(MOST_CALLS), serial: this.overlaps.serialBackends() };
  }

  /**
   * @param asked what `left` gave for this claim
   * @param backendIds of all operations it brought, each as often as it occurs
   */
  take({ named, others }: MostPerBackend, backendIds: readonly string[]): void {
    for (const id of backendIds) this.taken.set(id, this.takenOf(id) + 1);
    const brought = (id: string): number => backendIds.filter((each) => each === id).length;
    this.hungry = new Set([...this.taken.keys()].filter((id) => brought(id) >= (named.get(id) ?? others)));
  }

  giveBack(backendId: string): void {
    const left = this.takenOf(backendId) - 1;
    if (left > 0) this.taken.set(backendId, left);
    else this.taken.delete(backendId);
  }

  /** Whether to claim again before the next tick: more may be due where half of the share is free by now. */
  isWorthClaiming(): boolean {
    return [...this.hungry].some((id) => this.takenOf(id) <= this.shareOf(id) / 2);
  }

  private leftOf(id: string): number {
    return Math.max(0, this.shareOf(id) - this.takenOf(id));
  }

  private shareOf(id: string): number {
    return shareOf(this.calls.stateOf(id).mostCalls);
  }

  private takenOf(id: string): number {
    return this.taken.get(id) ?? 0;
  }
}
