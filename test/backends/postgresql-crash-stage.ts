import type { ServiceBackend } from '#sdk';
import { administrator, postgresqlSubject, testServer, type TestAdministrator } from './postgresql-fixture.js';
import { severingProxy, type Cut } from './postgresql-proxy.js';

/** Does something with a gateway that dies meanwhile. Resolves with what it threw, if it did. */
export type Attempt = (verb: (backend: ServiceBackend) => Promise<unknown>) => Promise<unknown>;

/** As many at once: most of the time they wait for sessions to settle. */
const AT_ONCE = 6;

/** A server, a gateway that stays healthy, and others that die at a statement. */
export class CrashStage {
  private constructor(
    private readonly role: TestAdministrator,
    readonly healthy: ServiceBackend,
    private readonly every: number,
  ) {}

  /**
   * The harder case: a superuser needs fewer of the statements that may be cut off.
   *
   * @param every 1 for gateways that die at every statement, 3 for every third one
   */
  static async start(every: number): Promise<CrashStage> {
    const role = await administrator('CREATEDB CREATEROLE');
    return new CrashStage(role, postgresqlSubject(role).backend, every);
  }

  async stop(): Promise<void> {
    await this.healthy.close?.();
    await this.role.drop();
  }

  /**
   * Runs `story` with gateways that die at their n-th statement, up to the one that is not reached.
   *
   * @returns the number of the last statement at which one died
   */
  async atStatements(cut: Cut, story: (attempt: Attempt) => Promise<void>): Promise<number> {
    for (let first = 1; ; first += AT_ONCE * this.every) {
      const statements = Array.from({ length: AT_ONCE }, (_, index) => first + index * this.every);
      const severed = await Promise.all(statements.map((statement) => this.atStatement(cut, statement, story)));
      if (severed.includes(false)) return first + (severed.indexOf(false) - 1) * this.every;
    }
  }

  /** @returns whether the statement was reached */
  private async atStatement(cut: Cut, statement: number, story: (attempt: Attempt) => Promise<void>): Promise<boolean> {
    const proxy = await severingProxy(testServer(), statement, cut);
    const { backend } = postgresqlSubject({ ...this.role, host: '127.0.0.1', port: proxy.port });
    try {
      await story((verb) =>
        verb(backend).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
      return proxy.severed();
    } finally {
      await proxy.close();
      await backend.close?.();
    }
  }
}
