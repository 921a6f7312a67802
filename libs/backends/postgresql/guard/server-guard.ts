import { setTimeout as pause } from 'node:timers/promises';
import type { BackendLog } from '#sdk';
import type { PostgresqlServer } from '../server.js';
import { DiskGuard } from './disk-guard.js';
import { ALARM_MS, GUARD_LIMITS, MAX_ENDED_PER_ROUND, MAX_STRIKES, type GuardLimits } from './guard-limits.js';
import { GuardReport } from './guard-report.js';
import { LoginSuspensions, SUSPENSION_MS } from './login-suspensions.js';
import { offenders, queueHolder, type Offender } from './offenders.js';
import { RepeatOffenders } from './repeat-offenders.js';
import type { ServerActivity } from './tenant-session.js';
import { WatchSession } from './watch-session.js';

/** Monitoring takes a transaction that is hours old for a fault; a new session takes over before. */
const RENEW_AFTER_MS = 300_000;
const MAX_RETRY_MS = 10_000;

/**
 * Ends sessions of tenants that take what every tenant of a server needs: entries of the lock table, old transactions,
 * the NOTIFY queue. Only logins of bindings are ended. Several gateways may guard one server.
 */
export class ServerGuard {
  readonly #report: GuardReport;
  /** Watches the disk where `server.dataDirectory` tells where that is. */
  readonly disk: DiskGuard;
  readonly #strikes = new RepeatOffenders();
  readonly #suspensions: LoginSuspensions;
  readonly #closing = new AbortController();
  #session: WatchSession | undefined;
  #running: Promise<void> | undefined;

  constructor(
    private readonly server: PostgresqlServer,
    log: BackendLog,
    private readonly limits: GuardLimits = GUARD_LIMITS,
  ) {
    this.#report = new GuardReport(log);
    this.#suspensions = new LoginSuspensions(server);
    this.disk = new DiskGuard(server, this.#suspensions, log);
  }

  /** Idempotent. Connects by itself, and again whenever the connection is lost. */
  start(): void {
    this.#running ??= this.#loop();
  }

  /** Resolves when its connection is closed. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#closing;
    let failures = 0;
    let alarmedUntilMs = 0;
    while (!signal.aborted) {
      let pauseMs = this.limits.roundMs;
      try {
        if ((await this.#round()) > 0) alarmedUntilMs = performance.now() + ALARM_MS;
        if (performance.now() < alarmedUntilMs) pauseMs = this.limits.alarmedRoundMs;
        failures = 0;
      } catch (error) {
        pauseMs = Math.min(this.limits.roundMs * 2 ** failures, MAX_RETRY_MS);
        failures += 1;
        this.#report.failed('guard', 'the guard of the PostgreSQL server cannot work; tenants can block each other', error);
      }
      this.disk.check();
      this.#suspensions.apply();
      await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    await this.disk.settled();
    await this.#suspensions.settled();
    await this.#session?.close();
  }

  /** @returns how many sessions were ended */
  async #round(): Promise<number> {
    const session = await this.#openSession();
    const activity = await session.read();
    if (activity.catalogLockWanted) await this.#giveUpSession();
    else return this.#end(session, activity);
    return 0;
  }

  async #end(session: WatchSession, activity: ServerActivity): Promise<number> {
    // Who keeps the queue is not known for sure: one goes, and the next round shows whether it was the one.
    const holder = queueHolder(activity, this.limits);
    const chosen = [...offenders(activity, this.limits).slice(0, MAX_ENDED_PER_ROUND), ...(holder ? [holder] : [])];
    for (const offender of chosen) {
      if (await session.terminate(offender.session)) this.#tell(offender);
    }
    return chosen.length;
  }

  #tell(offender: Offender): void {
    this.#report.ended(offender);
    const { login } = offender.session;
    if (offender.rule !== 'locks' || this.#strikes.count(login) < MAX_STRIKES) return;
    this.#suspensions.suspend(login, SUSPENSION_MS);
    this.#report.suspended(offender, SUSPENSION_MS);
  }

  /** The one there is. An old one is left when the next one stands: there is no moment without. */
  async #openSession(): Promise<WatchSession> {
    const current = this.#session?.broken ? undefined : this.#session;
    if (current !== undefined && performance.now() - current.openedAt < RENEW_AFTER_MS) return current;
    try {
      const next = await WatchSession.open(this.server);
      await this.#session?.close();
      return (this.#session = next);
    } catch (error) {
      if (current === undefined) throw error;
      return current;
    }
  }

  /** Whoever wants a system catalog for himself would wait for the guard, and everybody else for him. */
  async #giveUpSession(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }
}
