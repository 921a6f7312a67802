import { DatabaseUnavailable } from '../database-unavailable.js';
import type { Journal } from './journal.js';

/**
 * The time in which the database cannot be reached. What works in the background meets it every second: the log is told
 * once when it begins, and once when it is over.
 */
export class Outage {
  private sinceMs: number | undefined;
  private connectionsLost = 0;

  constructor(
    private readonly journal: Journal,
    /** In milliseconds, steadily rising. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  get isOn(): boolean {
    return this.sinceMs !== undefined;
  }

  /** Work in the background ended with this. A database that is away is told once; anything else each time, as it is. */
  met(message: string, error: unknown): void {
    if (!(error instanceof DatabaseUnavailable)) return this.journal.error(message, { error });
    if (!error.isAway) return this.journal.warn('the database did not do a statement in time', { reason: reasonOf(error) });
    if (this.isOn) return;
    this.sinceMs = this.now();
    this.journal.error('the database is away; requests get 503, and work in the background waits for it', { reason: reasonOf(error) });
  }

  /** A connection broke while nobody used it. They break in dozens: the first one speaks for all. */
  connectionLost(error: Error): void {
    if (this.connectionsLost === 0 && !this.isOn) this.journal.warn('a database connection was lost', { error });
    this.connectionsLost += 1;
  }

  /** The database has answered. */
  over(): void {
    const { connectionsLost } = this;
    this.connectionsLost = 0;
    if (this.sinceMs === undefined) return;
    const awaySeconds = Math.round((this.now() - this.sinceMs) / 100) / 10;
    this.sinceMs = undefined;
    this.journal.info('the database is back', { awaySeconds, connectionsLost });
  }
}

function reasonOf({ cause, description }: DatabaseUnavailable): string {
  const { code, message } = (cause ?? {}) as { code?: string; message?: string };
  return [code, message ?? description].filter((part) => part).join(': ');
}
