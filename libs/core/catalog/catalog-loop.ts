import { Injectable } from '@nestjs/common';
import { BackendRegistry } from '../backends/backend-registry.js';
import { Outage } from '../journal/outage.js';
import { CatalogKeeper } from './catalog-keeper.js';

const REFRESH_EVERY_MS = 300_000;
const FIRST_RETRY_MS = 5_000;
/** One row is read each time. What one replica has registered, all others offer within a second. */
const CATCH_UP_EVERY_MS = 500;

/** Reads every backend's catalog now and then, a failing one sooner, and follows what other replicas published. */
@Injectable()
export class CatalogLoop {
  private readonly due = new Map<string, { atMs: number; failures: number }>();
  private readonly reading = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> | undefined;

  constructor(
    private readonly keeper: CatalogKeeper,
    private readonly registry: BackendRegistry,
    private readonly outage: Outage,
  ) {}

  /** Publishes what is stored, then keeps reading in the background. */
  async start(): Promise<void> {
    await this.keeper.rebuild();
    const run = (): void => {
      this.pass ??= this.tick()
        .catch((error: unknown) => this.outage.met('the catalog loop hit an error', error))
        .finally(() => (this.pass = undefined));
    };
    run();
    this.timer = setInterval(run, CATCH_UP_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.keeper.stop();
    await this.pass;
    await Promise.allSettled(this.reading.values());
  }

  private async tick(): Promise<void> {
    await this.keeper.catchUp();
    const now = Date.now();
    for (const id of this.registry.ids()) {
      const due = this.due.get(id)?.atMs ?? 0;
      if (due <= now && !this.reading.has(id)) this.reading.set(id, this.read(id));
    }
  }

  private async read(id: string): Promise<void> {
    try {
      await this.keeper.refresh(id);
    } catch (error) {
      this.outage.met('a catalog could not be kept', error);
    } finally {
      this.reading.delete(id);
      this.due.set(id, this.next(id));
    }
  }

  private next(id: string): { atMs: number; failures: number } {
    const failed = this.keeper.condition(id).failure !== undefined;
    const failures = failed ? (this.due.get(id)?.failures ?? 0) + 1 : 0;
    const pauseMs = failed ? Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), REFRESH_EVERY_MS) : REFRESH_EVERY_MS;
    return { atMs: Date.now() + pauseMs * (0.8 + Math.random() * 0.4), failures };
  }
}
