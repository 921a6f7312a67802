import { Injectable } from '@nestjs/common';
import type { OperationId } from '../ids/ids.js';

/** Tells waiting requests of this process that an operation moved. A hint only: who waits also looks by itself. */
@Injectable()
export class OperationSignals {
  private readonly waiting = new Map<OperationId, Set<() => void>>();

  moved(id: OperationId): void {
    for (const wake of this.waiting.get(id) ?? []) wake();
  }

  /** Resolves when the operation moves or the time is up. */
  next(id: OperationId, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wakers = this.waiting.get(id) ?? new Set();
      const wake = (): void => {
        clearTimeout(timer);
        wakers.delete(wake);
        if (wakers.size === 0) this.waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      wakers.add(wake);
      this.waiting.set(id, wakers);
    });
  }
}
