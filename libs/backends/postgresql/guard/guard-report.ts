import { DatabaseError } from 'pg';
import type { BackendLog } from '#sdk';
import { instanceOf } from '../tenant-roles.js';
import type { Offender } from './offenders.js';

const REPEAT_AFTER_MS = 60_000;
const MAX_REMEMBERED = 1_000;

interface Reported {
  readonly atMs: number;
  unreported: number;
}

/** Tells operators what the guard did: the same thing at most once a minute, with how often it happened meanwhile. */
export class GuardReport {
  readonly #reported = new Map<string, Reported>();

  constructor(private readonly log: BackendLog) {}

  ended({ session: { login }, rule, reason }: Offender): void {
    const fields = { login, database: instanceOf(login), reason };
    this.warn(`${rule} ${login}`, 'a session of a tenant was ended: it took what all tenants of the server need', fields);
  }

  suspended({ session: { login }, reason }: Offender, forMs: number): void {
    this.warn(`suspended ${login}`, 'a login of a tenant is kept out for a while: its sessions had to be ended again and again', {
      login,
      database: instanceOf(login),
      reason,
      seconds: forMs / 1_000,
    });
  }

  /** A round that failed; it is repeated. @param key what counts as the same thing */
  failed(key: string, message: string, error: unknown): void {
    this.warn(key, message, { reason: describe(error) });
  }

  private warn(key: string, message: string, fields: Record<string, unknown>): void {
    const before = this.#reported.get(key);
    if (before !== undefined && performance.now() - before.atMs < REPEAT_AFTER_MS) {
      before.unreported += 1;
      return;
    }
    this.#forgetOldest();
    this.#reported.delete(key);
    this.#reported.set(key, { atMs: performance.now(), unreported: 0 });
    this.log.warn(message, before?.unreported ? { ...fields, repeated: before.unreported } : fields);
  }

  #forgetOldest(): void {
    if (this.#reported.size < MAX_REMEMBERED) return;
    for (const oldest of this.#reported.keys()) {
      this.#reported.delete(oldest);
      return;
    }
  }
}

function describe(error: unknown): string {
  if (error instanceof DatabaseError) return `${error.message} (SQLSTATE ${error.code})`;
  return error instanceof Error ? error.message || error.name : String(error);
}
