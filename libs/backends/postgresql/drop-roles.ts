import { DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import { BrokerError } from '#sdk';
import { findGrantingInstances } from './grants-to-roles.js';
import type { FoundRole } from './inventory.js';
import { findReferences, list, removeReferences, type Heir, type ReferringDatabase } from './role-references.js';
import { isRefusal, TurnOver } from './sql-errors.js';
import { resumeLogins, suspendLogins } from './suspend-logins.js';
import type { Work } from './verb.js';

const MAX_ROUNDS = 4;
const MAX_ATTEMPTS = 3;
/** Dropped in one transaction: each is locked. */
const ROLES_PER_STEP = 100;
/** A login can own anything: other calls have the connection after this time, then it goes on. */
const TURN_MS = 5_000;
/** What strangers made in so great a number that it takes longer is removed later, by the next catalog calls. */
const REFERENCES_MS = 15_000;

/** Roles without login and session on their way out. Every method can be repeated from any point. */
export class RoleRemoval {
  readonly #suspended: number[] = [];
  readonly #untilMs: number;

  private constructor(
    private readonly work: Work,
    private readonly roles: readonly FoundRole[],
    referencesMs: number,
  ) {
    this.#untilMs = performance.now() + referencesMs;
  }

  /** Whoever is suspended during `step` is turned on again after it. @param referencesMs for what strangers made */
  static async run(
    work: Work,
    roles: readonly FoundRole[],
    step: (removal: RoleRemoval) => Promise<void>,
    referencesMs = REFERENCES_MS,
  ): Promise<void> {
    const removal = new RoleRemoval(work, roles, referencesMs);
    try {
      await step(removal);
    } finally {
      // What fails here ends with the time of the suspension.
      await resumeLogins(work.admin, removal.#suspended).catch(() => undefined);
    }
  }

  /** Gives what the roles made in their instance's database to the heir. @throws TurnOver when that takes long */
  async bequeath(heir: Heir): Promise<void> {
    const untilMs = performance.now() + TURN_MS;
    await this.work.inside(heir.database, (session) => removeReferences(session, this.roles, untilMs, heir));
  }

  /**
   * Removes what refers to the roles in all databases but one. Where references come back, the logins that can make
   * them are suspended. Privileges that cannot be removed stay with a role nobody can use.
   *
   * @throws BrokerError when a role still owns something
   */
  async removeReferences(except?: string, roles = this.roles): Promise<void> {
    for (let round = 0; ; round += 1) {
      const found = await findReferences(this.work.admin, roles, except);
      if (found.length === 0) return;
      if (round === MAX_ROUNDS || this.#isOver) return this.#refuseOwned(found);
      for (const { database } of found.filter(({ connectable }) => connectable)) {
        if (round > 0) await this.#suspendThoseWhoRefer(database, roles);
        await this.#removeIn(database, roles);
      }
    }
  }

  /** Drops the roles. One that cannot be dropped yet is recorded, and collected later. */
  async drop(): Promise<void> {
    let attempts = MAX_ATTEMPTS;
    for (let first = 0; first < this.roles.length; first += ROLES_PER_STEP) {
      const roles = this.roles.slice(first, first + ROLES_PER_STEP);
      if (await this.#dropTogether(roles)) continue;
      for (const role of roles) {
        // What keeps one role mostly keeps them all.
        if (!(await this.#dropOne(role, this.#isOver ? 0 : attempts))) attempts = 1;
      }
    }
  }

  get #isOver(): boolean {
    return performance.now() > this.#untilMs;
  }

  async #dropTogether(roles: readonly FoundRole[]): Promise<boolean> {
    try {
      await this.work.admin.change(`DROP OWNED BY ${list(roles)}`, `DROP ROLE ${list(roles)}`);
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false;
    }
  }

  /** @returns whether the role is gone */
  async #dropOne(role: FoundRole, attempts: number): Promise<boolean> {
    const name = escapeIdentifier(role.name);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      try {
        await this.work.admin.change(`DROP OWNED BY ${name}`, `DROP ROLE ${name}`);
        return true;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (error.code === UNDEFINED_OBJECT) return true;
        this.work.log.warn('a role could not be dropped', { role: role.name, sqlstate: error.code, reason: error.message });
        await this.removeReferences(undefined, [role]);
      }
    }
    await this.work.admin.change(
      `INSERT INTO public.removed_role VALUES (${role.oid}, ${escapeLiteral(role.name)}) ON CONFLICT DO NOTHING`,
    );
    return false;
  }

  /** Those who can enter a tenant's database are its own logins; elsewhere strangers must not suffer for the one who refers. */
  async #suspendThoseWhoRefer(database: string, roles: readonly FoundRole[]): Promise<void> {
    const instances = await this.work.inside(database, (session) => findGrantingInstances(session, roles));
    this.#suspended.push(...(await suspendLogins(this.work.admin, [database, ...instances], this.work.log)));
  }

  /** What is refused here is met again in the next round, with the logins there suspended. */
  async #removeIn(database: string, roles: readonly FoundRole[]): Promise<void> {
    try {
      await this.work.inside(database, (session) => removeReferences(session, roles, this.#untilMs));
    } catch (error) {
      if (!(error instanceof DatabaseError || error instanceof TurnOver)) throw error;
      this.work.log.warn('what refers to a role in another database could not be removed', {
        database,
        sqlstate: error instanceof DatabaseError ? error.code : undefined,
        reason: error instanceof DatabaseError ? error.message : 'it is too much',
      });
    }
  }

  #refuseOwned(found: readonly ReferringDatabase[]): void {
    const databases = found.map(({ database }) => database);
    this.work.log.warn('other databases refer to a role that is being dropped', { databases });
    if (!found.some(({ owns }) => owns)) return;
    throw new BrokerError(
      'BackendFailed',
      "a login owns objects in another database, which the gateway could not remove; the gateway's log names the " +
        'database: drop them there and repeat the delete',
    );
  }
}

const UNDEFINED_OBJECT = '42704';
