import { setTimeout as pause } from 'node:timers/promises';
import { violations } from './invariants.js';
import type { ClientEntry } from './history.js';
import type { PlatformScript } from './clients/platform-script.js';
import type { Subject } from './platform-recorder.js';
import { Random } from './random.js';
import type { ClientName, Stage } from './stage.js';

const CLIENTS: readonly ClientName[] = ['cloud-controller', 'service-catalog', 'korifi'];
const PREFIX = 'stream-';
const QUIET_WITHIN_MS = 60_000;
/** An instance and its binding. */
type Life = Required<Pick<Subject, 'instanceId' | 'bindingId' | 'plan'>>;

const CHANGES = ['provision', 'update', 'deprovision', 'bind', 'unbind'];

/** Platforms that make, change, bind and remove instances one after the other until they are told to stop. */
export class Stream {
  private stopped = false;
  private readonly problems: string[] = [];
  private readonly lanes: Promise<void>[];

  /** Starts at once. @param lanes how many lives go on side by side */
  constructor(
    private readonly stage: Stage,
    lanes: number,
    seed: number,
  ) {
    this.lanes = Array.from({ length: lanes }, (_none, lane) => this.play(lane, new Random(`${seed}/stream/${lane}`)));
  }

  /** Every request so far. */
  get entries(): readonly ClientEntry[] {
    return this.stage.log;
  }

  /** Changes that were carried out or accepted since then. */
  changesSince(sinceMs: number): ClientEntry[] {
    return this.entries.filter(
      ({ kind, status, returnedAtMs }) => CHANGES.includes(kind) && status !== undefined && status < 300 && (returnedAtMs ?? 0) >= sinceMs,
    );
  }

  /** Requests asked since then that were told to come back later. */
  refusalsSince(sinceMs: number): ClientEntry[] {
    return this.entries.filter(({ status, invokedAtMs }) => status === 503 && invokedAtMs >= sinceMs);
  }

  /** Lets every life come to its end, waits until nothing is left to do, and holds all of it against the promises. */
  async end(): Promise<readonly string[]> {
    this.stopped = true;
    await Promise.all(this.lanes);
    const deadlineMs = Date.now() + QUIET_WITHIN_MS;
    while (!(await this.stage.isQuiet(PREFIX))) {
      if (Date.now() > deadlineMs) return [...this.problems, `nothing had come to rest after ${QUIET_WITHIN_MS / 1000} s`];
      await pause(50);
    }
    return [...this.problems, ...violations(await this.stage.history(PREFIX))];
  }

  /** One platform, life after life. */
  private async play(lane: number, random: Random): Promise<void> {
    const client = CLIENTS[lane % CLIENTS.length] as ClientName;
    const script = this.stage.script(client, random);
    for (let life = 0; !this.stopped; life += 1) {
      await this.live(script, this.subject(`${PREFIX}${lane}-${life}`, random), client !== 'korifi' && random.below(2) === 0).catch(
        (error: unknown) => this.complain(error),
      );
    }
  }

  private async live(script: PlatformScript, subject: Life, isChanged: boolean): Promise<void> {
    const { instanceId, plan } = subject;
    const first = isChanged ? { ...plan, planId: plan.planId.replace(/[^-]+$/, 'updateable') } : plan;
    const made = await script.provision({ instanceId, plan: first });
    if (made === 'done') {
      if (isChanged) await script.update({ instanceId, plan });
      if ((await script.bind(subject)) === 'done') await script.unbind(subject);
    }
    await script.deprovision({ instanceId, plan });
  }

  private complain(error: unknown): void {
    this.problems.push(error instanceof Error ? error.message : String(error));
  }

  private subject(instanceId: string, random: Random): Life {
    const backend = random.pick(this.stage.backends);
    const plan = { serviceId: backend.serviceId, planId: backend.planId(random.pick(['sync', 'async'])) };
    return { instanceId, bindingId: `${instanceId}-binding`, plan };
  }
}
