import type { Violations } from '../violations.js';

const LONGEST_SCANNED = 2_000_000;

/** What only its tenant may know: ids of instances and bindings, passwords, data. */
export class Secrets {
  /** What may stand in no log either. */
  readonly passwords: string[] = [];
  private readonly owners = new Map<string, string>();

  constructor(private readonly violations: Violations) {}

  /** @param password one of a binding, or one an attacker chose */
  keepPassword(tenant: string, password: string): void {
    this.passwords.push(password);
    this.keep(tenant, password);
  }

  keep(tenant: string, ...secrets: readonly string[]): void {
    for (const secret of secrets) this.owners.set(secret, tenant);
  }

  /** Holds what a tenant could read against what belongs to others. */
  seenBy(tenant: string, value: unknown, how: string): void {
    const text = (JSON.stringify(value) ?? '').slice(0, LONGEST_SCANNED);
    for (const [secret, owner] of this.owners) {
      if (owner === tenant || !text.includes(secret)) continue;
      this.violations.add('tenants learn nothing of each other', `${tenant} read ${secret} of ${owner} by: ${how}`);
      return;
    }
  }
}
