import { Injectable } from '@nestjs/common';
import type { OperationId } from '../ids/ids.js';

/** One request that waits for an operation. */
export interface Watch {
  /** Resolves when the operation moved since the watch began or since it was asked last, or when the time is up. */
  next(timeoutMs: number): Promise<void>;
  end(): void;
}

/** Tells waiting requests of this process that an operation moved. A hint only: who waits also looks by itself. */
@Injectable()
export class OperationSignals {
  private readonly waiting = new Map<OperationId, Set<() => void>>();

  moved(id: OperationId): void {
    for (const wake of this.waiting.get(id) ?? []) wake();
  }

  /** To be begun before looking at the operation, so that no move is missed in between. */
  watch(id: OperationId): Watch {
    let news = Promise.withResolvers<void>();
    const wake = (): void => news.resolve();
    this.waiting.set(id, (this.waiting.get(id) ?? new Set()).add(wake));
    return {
      next: async (timeoutMs) => {
        const timer = setTimeout(wake, timeoutMs);
        await news.promise;
        clearTimeout(timer);
        news = Promise.withResolvers();
      },
      end: () => this.forget(id, wake),
    };
  }

  private forget(id: OperationId, wake: () => void): void {
    const wakers = this.waiting.get(id);
    wakers?.delete(wake);
    if (wakers?.size === 0) this.waiting.delete(id);
  }
}
