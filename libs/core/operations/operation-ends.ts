import { Injectable } from '@nestjs/common';
import type { OperationId } from '../ids/ids.js';
import { LifecycleStore, type Task } from './lifecycle-store.js';
import { OperationSignals } from './operation-signals.js';
import { isEnded } from './operation.js';
import { persistently } from './persistently.js';
import { Timings } from './timings.js';

/** Waits for operations that somebody else carries on. */
@Injectable()
export class OperationEnds {
  constructor(
    private readonly lifecycle: LifecycleStore,
    private readonly signals: OperationSignals,
    private readonly timings: Timings,
  ) {}

  /** The operation if it has ended, well or not. */
  async seen(id: OperationId): Promise<Task | undefined> {
    const task = await this.lifecycle.findTask(id);
    return task && isEnded(task.operation) ? task : undefined;
  }

  /** The operation when it has ended; nothing when that takes longer. */
  async awaited(id: OperationId, until: Date): Promise<Task | undefined> {
    const watch = this.signals.watch(id);
    try {
      for (;;) {
        const ended = await persistently(() => this.seen(id), until);
        const leftMs = until.getTime() - Date.now();
        if (ended || leftMs <= 0) return ended;
        await watch.next(Math.min(leftMs, this.timings.lookAgainMs));
      }
    } finally {
      watch.end();
    }
  }
}
