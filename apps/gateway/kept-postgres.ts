import { setTimeout as pause } from 'node:timers/promises';
import type { Journal } from '#core';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#persistence';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** The gateway's own database server. One that ends by itself is started again: nobody else would do it. */
export class KeptPostgres {
  private server: EmbeddedPostgres | undefined;
  private isLost = false;
  private comingBack: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  private constructor(
    private readonly dataDir: string,
    private readonly journal: Journal,
  ) {}

  static async start(dataDir: string, journal: Journal): Promise<{ readonly kept: KeptPostgres; readonly server: EmbeddedPostgres }> {
    const kept = new KeptPostgres(dataDir, journal);
    return { kept, server: await kept.open() };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.comingBack;
    await this.server?.stop();
  }

  private async open(): Promise<EmbeddedPostgres> {
    const { dataDir, journal } = this;
    const before = this.server;
    this.server = await startEmbeddedPostgres({ dataDir, log: journal, onLost: () => this.lost() });
    await before?.stop();
    return this.server;
  }

  /** It may be lost again before it is back. */
  private lost(): void {
    this.isLost = true;
    this.comingBack ??= this.comeBack().finally(() => (this.comingBack = undefined));
  }

  private async comeBack(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; this.isLost && !this.stopping.signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      this.isLost = false;
      try {
        await this.open();
      } catch (error) {
        this.isLost = true;
        this.journal.error('embedded PostgreSQL cannot be started again yet', { error });
        await pause(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
