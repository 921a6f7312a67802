import { DatabaseError } from 'pg';
import { BrokerError, HostRefusedError, type BackendLog } from '#sdk';
import { pause } from './abortable.js';
import { enter } from './enter-database.js';
import type { NameQueue } from './name-queue.js';
import type { Bounds, Progress, Session } from './session.js';
import { explain, isContention } from './sql-errors.js';

/** A step of a verb at work on the server. */
export interface Work {
  readonly log: BackendLog;
  /** In the gateway's own database: roles and databases belong to the whole server. */
  readonly admin: Session;
  /** Connects to another database for the time of `step`. */
  readonly inside: <T>(database: string, step: (session: Session) => Promise<T>) => Promise<T>;
}

type Step<T> = (session: Session) => Promise<T>;

/** What a verb needs of the connections to a server. */
export interface Access {
  readonly queue: NameQueue;
  readonly log: BackendLog;
  pooled<T>(bounds: Bounds, progress: Progress, step: Step<T>): Promise<T>;
  inside<T>(database: string, bounds: Bounds, progress: Progress, step: Step<T>): Promise<T>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** What is left of the time when a verb tries no more, so that it can tell why. */
const LAST_MS = 1_500;
const BUSY = Symbol('busy');

/** One verb: one or more steps on the server, and what is known of its effects. */
export class Verb {
  readonly #progress: Progress = { mayHaveChanged: false };

  constructor(
    private readonly connections: Access,
    readonly bounds: Bounds,
  ) {}

  /**
   * Runs a step alone among those of the same name on the server. One in this process asks at a time, and nobody holds
   * a connection while it waits for another one or for somebody's lock.
   */
  exclusively<T>(name: string, step: (work: Work) => Promise<T>): Promise<T> {
    return this.#explained(() =>
      this.connections.queue.run(name, this.bounds.signal, () => this.#untilDone(name, step)),
    );
  }

  /** Reads, or does what needs no turn. */
  read<T>(step: (session: Session) => Promise<T>): Promise<T> {
    return this.#explained(() => this.connections.pooled(this.bounds, this.#progress, step));
  }

  /** Waits; the verb holds no connection meanwhile. */
  pause(waitMs: number): Promise<void> {
    return this.#explained(() => pause(waitMs, this.bounds.signal));
  }

  async #untilDone<T>(name: string, step: (work: Work) => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const isLast = this.#remainingMs() < LAST_MS + pauseMs;
      try {
        const result = await this.#try(name, step);
        if (result !== BUSY) return result;
        if (isLast) throw busy(this.#progress);
      } catch (error) {
        if (isLast || !isContention(error)) throw error;
      }
      // At random, so that several gateways do not ask in step.
      await pause(pauseMs * (0.5 + Math.random() / 2), this.bounds.signal);
    }
  }

  #try<T>(name: string, step: (work: Work) => Promise<T>): Promise<T | typeof BUSY> {
    return this.connections.pooled(this.bounds, this.#progress, async (admin) => {
      if (!(await admin.tryLock(name))) return BUSY;
      return step({
        log: this.connections.log,
        admin,
        inside: (database, visit) => this.#enter(admin, database, visit),
      });
    });
  }

  #enter<T>(admin: Session, database: string, visit: Step<T>): Promise<T> {
    const { bounds } = this;
    const once = (): Promise<T> => this.connections.inside(database, bounds, this.#progress, visit);
    return enter(admin, database, once, (waitMs) => pause(waitMs, bounds.signal));
  }

  #remainingMs(): number {
    return this.bounds.deadline.getTime() - Date.now();
  }

  async #explained<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      const { log } = this.connections;
      if (error instanceof DatabaseError) {
        log.warn('PostgreSQL refused a step', { sqlstate: error.code, reason: error.message });
      }
      if (error instanceof HostRefusedError) log.warn('the PostgreSQL server was not called', { reason: error.message });
      throw explain(error, this.#progress.mayHaveChanged);
    }
  }
}

function busy({ mayHaveChanged }: Progress): BrokerError {
  return new BrokerError(
    mayHaveChanged ? 'Timeout' : 'Unavailable',
    'another call for this instance is at work on the PostgreSQL server; try again later',
  );
}
