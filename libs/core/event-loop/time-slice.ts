import { setImmediate } from 'node:timers/promises';

/** How long a piece of work may keep the event loop before it lets others have it. */
const SLICE_MS = 8;

/** Every piece of work that waits gets a turn of the event loop of its own. */
let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * Divides long work into slices, so that requests are answered meanwhile:
 *
 *     for (const each of many) {
 *       if (slice.isOver) await slice.next();
 *       …
 *     }
 */
export class TimeSlice {
  private startedMs = performance.now();

  get isOver(): boolean {
    return performance.now() - this.startedMs >= SLICE_MS;
  }

  /** Resolves in another turn of the event loop; whoever called before comes before. */
  async next(): Promise<void> {
    lastTurn = lastTurn.then(() => setImmediate());
    await lastTurn;
    this.startedMs = performance.now();
  }
}
