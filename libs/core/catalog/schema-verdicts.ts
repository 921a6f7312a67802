import type { SchemaFindings } from './parameter-schema.worker.js';

const MAX_REMEMBERED = 5_000;
/** A machine may have been the slow one: after this a schema that was too slow is tried again. */
const SLOW_FOR_MS = 600_000;
/** A backend with more schemas that are too slow has the others of them left unread, for that time. */
const MAX_SLOW = 10;

const unread = (...problems: string[]): SchemaFindings => ({ problems, cloudFoundryProblems: problems });
const TOO_SLOW = unread('takes too long to read or to apply');
const TOO_MANY_SLOW = unread('was not read: too many other schemas of this backend take too long');

/** What was found out about schemas, so that nobody has to wait for it again with every catalog that is read. */
export class SchemaVerdicts {
  private readonly findings = new Map<string, SchemaFindings>();
  /** When each schema that was too slow may be tried again, by backend. */
  private readonly slow = new Map<string, Map<string, number>>();

  /** @param now in milliseconds, steadily rising */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** What is known of a schema, also that it is not going to be read; undefined where that has to be found out. */
  find(backendId: string, key: string): SchemaFindings | undefined {
    const known = this.findings.get(key);
    if (known) return known;
    const slow = this.slowOf(backendId);
    if (slow.has(key)) return TOO_SLOW;
    return slow.size >= MAX_SLOW ? TOO_MANY_SLOW : undefined;
  }

  keep(backendId: string, key: string, verdict: SchemaFindings | 'too slow'): SchemaFindings {
    if (verdict === 'too slow') {
      this.slow.set(backendId, this.slowOf(backendId).set(key, this.now() + SLOW_FOR_MS));
      return TOO_SLOW;
    }
    const [oldest] = this.findings.keys();
    if (oldest !== undefined && this.findings.size >= MAX_REMEMBERED) this.findings.delete(oldest);
    this.findings.set(key, verdict);
    return verdict;
  }

  private slowOf(backendId: string): Map<string, number> {
    const slow = this.slow.get(backendId) ?? new Map<string, number>();
    for (const [key, until] of slow) if (until <= this.now()) slow.delete(key);
    if (slow.size === 0) this.slow.delete(backendId);
    return slow;
  }
}
