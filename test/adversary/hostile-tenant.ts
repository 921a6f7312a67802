import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../faults/random.js';
import { attack } from './attacker.js';
import { checkEndedInstance } from './invariants/ended-instance.js';
import { checkEndedLogin } from './invariants/ended-login.js';
import { checkWholeDatabase } from './invariants/whole-database.js';
import { loginOf, type Login } from './login.js';
import { idOf, type World } from './world.js';

const ATTACK_MS = 2_500;
const WORKERS = 2;

interface Bound {
  readonly bindingId: string;
  readonly login: Login;
  readonly oid: number | undefined;
}

/** A tenant that attacks: life after life, each an instance with bindings that is ended in the middle of the attack. */
export async function beHostile(world: World, tenant: string): Promise<void> {
  for (let life = 1; !world.signal.aborted; life += 1) await new HostileLife(world, tenant, life).live();
}

class HostileLife {
  private readonly name: string;
  private readonly instanceId: string;
  private readonly random: Random;
  private readonly bounds: Bound[] = [];
  private readonly work: Promise<void>[] = [];
  private readonly over = new AbortController();

  constructor(
    private readonly world: World,
    private readonly tenant: string,
    life: number,
  ) {
    this.name = `${tenant}.${life}`;
    this.instanceId = idOf(world, this.name);
    this.random = new Random(`${world.seed}/${this.name}`);
  }

  async live(): Promise<void> {
    const { broker, secrets } = this.world;
    secrets.keep(this.tenant, this.instanceId);
    if (!(await broker.provision('attacker', this.instanceId))) return;
    try {
      await this.begin();
      for (const bound of this.random.shuffled(this.bounds)) await this.endBinding(bound);
      await this.checkWhole();
      await this.bindAndAttack('readwrite');
      await this.endInstance();
    } finally {
      this.over.abort();
      await Promise.all(this.work);
    }
  }

  private async begin(): Promise<void> {
    await this.bindAndAttack('readwrite');
    await this.bindAndAttack('readwrite');
    await this.bindAndAttack('readonly');
    await pause(ATTACK_MS + this.random.below(ATTACK_MS));
  }

  private async bindAndAttack(role: 'readwrite' | 'readonly'): Promise<void> {
    const { broker, secrets, inspection } = this.world;
    const bindingId = idOf(this.world, this.name, this.bounds.length);
    secrets.keep(this.tenant, bindingId);
    const credentials = await broker.bind('attacker', this.instanceId, bindingId, role);
    if (credentials === undefined) return;
    secrets.keepPassword(this.tenant, credentials.password);
    const login = loginOf(this.tenant, credentials);
    const number = this.bounds.push({ bindingId, login, oid: await inspection.oidOf(login.username) });
    for (let worker = 1; worker <= WORKERS; worker += 1) {
      this.work.push(attack(this.world, login, `${this.name}.${number}.${worker}`, this.over.signal));
    }
  }

  private async endBinding({ bindingId, login, oid }: Bound): Promise<void> {
    const { broker, inspection, violations } = this.world;
    if (!(await broker.unbind('attacker', this.instanceId, bindingId))) return;
    login.endedAtMs = Date.now();
    violations.action(`${this.name} unbound ${login.username}`);
    this.work.push(checkEndedLogin(login, oid, inspection, violations));
    await pause(this.random.below(1_000));
  }

  /** When nobody attacks it any more, a new binding finds a database that works. */
  private async checkWhole(): Promise<void> {
    const bindingIds = [idOf(this.world, this.name, 'whole'), idOf(this.world, this.name, 'whole-reader')] as const;
    await checkWholeDatabase(this.world, this.tenant, this.instanceId, bindingIds);
  }

  /** While the last binding attacks: platforms have been seen to delete like this. */
  private async endInstance(): Promise<void> {
    const { broker, inspection, violations } = this.world;
    const [database] = this.bounds.map(({ login }) => login.database);
    await pause(this.random.below(ATTACK_MS));
    const last = this.bounds.at(-1);
    if (last && this.random.below(2) === 0) await this.endBinding(last);
    if (!(await broker.deprovision('attacker', this.instanceId))) return;
    violations.action(`${this.name} deprovisioned ${database}`);
    for (const { login, oid } of this.bounds) {
      login.endedAtMs ??= Date.now();
      this.work.push(checkEndedLogin(login, oid, inspection, violations));
    }
    if (database !== undefined) await checkEndedInstance(database, inspection, violations);
  }
}
