import { setTimeout as pause } from 'node:timers/promises';
import type { Journal } from '#core';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from '#persistence';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Where a server is kept, and its settings. */
type KeptPostgresOptions = Pick<EmbeddedPostgresOptions, 'dataDir' | 'settings'>;

/** A database server of the gateway's own. One that ends by itself is started again: nobody else would do it. */
export class KeptPostgres {
  private server: EmbeddedPostgres | undefined;
  private isLost = false;
  private comingBack: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private readonly attempted = Promise.withResolvers<void>();

  private constructor(
    private readonly options: KeptPostgresOptions,
    private readonly journal: Journal,
    private readonly onReady: (server: EmbeddedPostgres) => void,
  ) {}

  /** Resolves when it runs. @throws EmbeddedPostgresError where it does not */
  static async start(options: KeptPostgresOptions, journal: Journal): Promise<{ readonly kept: KeptPostgres; readonly server: EmbeddedPostgres }> {
    const kept = new KeptPostgres(options, journal, () => undefined);
    return { kept, server: await kept.open() };
  }

  /** Begins to start it, and goes on trying for as long as it takes. `onReady` is told at every start. */
  static begin(options: KeptPostgresOptions, journal: Journal, onReady: (server: EmbeddedPostgres) => void): KeptPostgres {
    const kept = new KeptPostgres(options, journal, onReady);
    kept.lost();
    return kept;
  }

  /** Resolves when the first attempt to start it is over, however that went. */
  get firstAttempt(): Promise<void> {
    return this.attempted.promise;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.comingBack;
    await this.server?.stop();
  }

  private async open(): Promise<EmbeddedPostgres> {
    const before = this.server;
    this.server = await startEmbeddedPostgres({ ...this.options, log: this.journal, onLost: () => this.lost() });
    await before?.stop();
    this.onReady(this.server);
    this.attempted.resolve();
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
        const problem = this.server ? 'embedded PostgreSQL cannot be started again yet' : 'embedded PostgreSQL cannot be started yet';
        this.journal.error(problem, { folder: this.options.dataDir, error });
        this.attempted.resolve();
        await pause(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
