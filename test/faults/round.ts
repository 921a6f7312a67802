import { setTimeout as pause } from 'node:timers/promises';
import type { BackendUnderTest } from './backend-under-test.js';
import type { Cell } from './cells.js';
import type { PlatformScript } from './clients/platform-script.js';
import type { GatewayUnderTest } from './gateway-under-test.js';
import type { History } from './history.js';
import { violations } from './invariants.js';
import type { Subject } from './platform-recorder.js';
import { Random } from './random.js';
import { backendFault, faultsFor, verbsOf } from './reservation.js';
import type { ClientName, Stage } from './stage.js';

/** How a round went. */
export interface RoundReport {
  readonly cell: Cell;
  readonly seed: number;
  readonly client: ClientName;
  /** Sentences; none when all is well. */
  readonly violations: readonly string[];
  /** From the fault until nothing was left to do. */
  readonly recoveryMs?: number;
  readonly history: History;
}

const STRIKES_WITHIN_MS = 30_000;
const QUIET_WITHIN_MS = 60_000;
const STOPPED_MS = 2_500;

/** Plays one cell: prepare, strike, let everybody retry, wait for quiescence, check; then remove all and check again. */
export async function playRound(stage: Stage, cell: Cell, seed: number): Promise<RoundReport> {
  return new Round(stage, cell, seed).play();
}

/** The backend accepts the create and fails later. */
const FAILING = { simulate: { async: { durationMs: 100, outcome: 'failed' } } };

let rounds = 0;

class Round {
  private readonly random: Random;
  private readonly prefix: string;
  private readonly client: ClientName;
  private readonly script: PlatformScript;
  private readonly backend: BackendUnderTest;
  private readonly instanceParameters: Record<string, unknown> | undefined;
  private readonly subject: Subject;
  private readonly problems: string[] = [];
  /** What still comes after the fault: a stopped process wakes. */
  private aftermath: Promise<void> = Promise.resolve();

  constructor(
    private readonly stage: Stage,
    private readonly cell: Cell,
    private readonly seed: number,
  ) {
    this.random = new Random(`${seed}/${cell.name}`);
    rounds += 1;
    this.prefix = `round${rounds}-`;
    this.client = this.random.pick<ClientName>(
      cell.kind === 'update' ? ['cloud-controller', 'service-catalog'] : ['cloud-controller', 'service-catalog', 'korifi'],
    );
    this.script = stage.script(this.client, this.random);
    this.backend = this.random.pick(stage.backends);
    this.instanceParameters = this.atItsEnd();
    this.subject = this.subjectOf(this.backend);
  }

  async play(): Promise<RoundReport> {
    // What is told of a round is what the gateways said in it.
    for (const { lines } of this.stage.gateways) lines.length = 0;
    await this.prepare();
    const victim = this.random.pick(this.stage.gateways);
    const { struck } = await this.reserve(victim);
    this.stage.direct(victim);
    const asked = this.attempt(`the ${this.cell.kind}`, () => this.script[this.cell.kind](this.subject));
    const struckAtMs = await this.strike(struck);
    await asked;
    const recoveryMs = await this.settle(struckAtMs);
    await this.aftermath;
    await this.settle(struckAtMs);
    const revived = this.stage.revive();
    await this.check('after recovery');
    await this.attempt('removing it', () => this.script.deprovision(this.withoutBinding()));
    await this.settle(Date.now());
    await this.check('after removal');
    await Promise.all([revived, this.stage.closeClients()]);
    const { cell, seed, client } = this;
    const history = await this.stage.history(this.prefix);
    return { cell, seed, client, history, violations: this.problems, ...(recoveryMs === undefined ? {} : { recoveryMs }) };
  }

  /** Whatever must be there before the platform asks for what this round is about. */
  private async prepare(): Promise<void> {
    const { kind } = this.cell;
    if (kind === 'provision') return;
    const plan = kind === 'update' ? { ...this.subject.plan, planId: this.backend.planId('updateable') } : this.subject.plan;
    await this.attempt('preparing the instance', () => this.script.provision({ ...this.withoutBinding(), plan }));
    if (kind === 'unbind') await this.attempt('preparing the binding', () => this.script.bind(this.subject));
    if (this.problems.length > 0) return;
    await this.settle(Date.now());
  }

  /** Arms the fault; `struck` resolves with the victim when it strikes. */
  private async reserve(first: GatewayUnderTest): Promise<{ struck: Promise<GatewayUnderTest> }> {
    const { gateways } = this.stage;
    for (const wire of backendFault(this.cell, this.subject)) this.backend.addFault(wire);
    if (this.cell.place.startsWith('backend-')) return { struck: this.victimAtBackend() };
    const armed = this.cell.phase === 'request' ? [first] : gateways;
    await Promise.all(armed.map((gateway) => gateway.arm(faultsFor(this.cell, { isFirst: gateway === first }))));
    return { struck: Promise.race(armed.map((gateway) => gateway.fault.then(() => gateway))) };
  }

  /** The gateway whose request the backend has got: it holds the operation. */
  private async victimAtBackend(): Promise<GatewayUnderTest> {
    const { method, path } = verbsOf(this.cell, this.subject);
    await this.backend.received(method, path, { acted: this.cell.place !== 'backend-before-acting' });
    const pid = await this.stage.database.holder(this.prefix);
    const victim = this.stage.gateways.find((gateway) => gateway.pid === pid);
    if (!victim) throw new Error('nobody holds the operation the backend was asked for');
    await victim.kill();
    return victim;
  }

  private async strike(struck: Promise<GatewayUnderTest>): Promise<number> {
    const victim = await Promise.race([struck, pause(STRIKES_WITHIN_MS, undefined, { ref: false })]);
    if (!victim) this.problems.push(`the fault never struck within ${STRIKES_WITHIN_MS / 1000} s`);
    const struckAtMs = Date.now();
    await Promise.all(this.stage.gateways.filter((gateway) => gateway !== victim).map((gateway) => gateway.arm([])));
    if (!victim) return struckAtMs;
    if (this.cell.action === 'stop') {
      this.aftermath = pause(STOPPED_MS).then(() => victim.wake());
      return struckAtMs;
    }
    await victim.gone();
    if (this.cell.replicas === 1) await victim.restart();
    return struckAtMs;
  }

  private async settle(sinceMs: number): Promise<number | undefined> {
    const deadlineMs = Date.now() + QUIET_WITHIN_MS;
    while (!(await this.stage.isQuiet(this.prefix))) {
      if (Date.now() > deadlineMs) {
        this.problems.push(`nothing had come to rest after ${QUIET_WITHIN_MS / 1000} s`);
        return undefined;
      }
      await pause(20);
    }
    return Date.now() - sinceMs;
  }

  private async check(when: string): Promise<void> {
    const found = violations(await this.stage.history(this.prefix));
    this.problems.push(...found.map((sentence) => `${sentence} (${when})`));
  }

  private async attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private withoutBinding(): Subject {
    const { instanceId, plan } = this.subject;
    const { parameters } = this.cell.kind === 'provision' ? this.subject : { parameters: this.instanceParameters };
    return { instanceId, plan, ...(parameters ? { parameters } : {}) };
  }

  private subjectOf(backend: BackendUnderTest): Subject {
    const { kind, mode, phase } = this.cell;
    const isBinding = kind === 'bind' || kind === 'unbind';
    const asyncPlan = isBinding ? 'async-bind' : 'async';
    const fails = phase === 'mitigation' && mode === 'async';
    const parameters = fails ? FAILING : kind === 'provision' ? this.instanceParameters : undefined;
    return {
      instanceId: `${this.prefix}instance`,
      plan: { serviceId: backend.serviceId, planId: backend.planId(mode === 'async' ? asyncPlan : 'sync') },
      ...(isBinding ? { bindingId: `${this.prefix}binding` } : {}),
      ...(parameters ? { parameters } : {}),
    };
  }

  /** Of the polls that strike half find the operation under way, half at its end. */
  private atItsEnd(): Record<string, unknown> | undefined {
    const { kind, phase } = this.cell;
    if (phase !== 'poll' || this.random.below(2) === 0) return undefined;
    return { simulate: { [kind]: { async: { durationMs: 0 } } } };
  }
}
