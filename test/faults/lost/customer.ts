import type { BackendUnderTest } from '../backend-under-test.js';
import type { Ending, PlatformScript } from '../clients/platform-script.js';
import type { Subject } from '../platform-recorder.js';
import type { Random } from '../random.js';

/** How many operations all customers together may still ask for. */
export interface Quota {
  left: number;
}

/** What an operation came to that did not end, however long the platform waited. */
export interface Complaint {
  readonly instanceId: string;
  readonly sentence: string;
}

/** Synchronous, asynchronous, and one whose creates fail after a while. */
const PLANS = ['sync', 'sync', 'async', 'async', 'async-bind', 'async-bind', 'updateable', 'updateable', 'failing'] as const;

/** Uses instances behind one platform, one after another, until the quota is used up. Some it keeps. */
export class Customer {
  readonly complaints: Complaint[] = [];

  constructor(
    private readonly name: string,
    private readonly script: PlatformScript,
    private readonly random: Random,
    private readonly backends: readonly BackendUnderTest[],
    private readonly quota: Quota,
  ) {}

  async work(): Promise<void> {
    for (let number = 1; this.quota.left > 0; number += 1) {
      await this.useInstance(`${this.name}-${number}`);
      for (const backend of this.backends) backend.keepRecords();
    }
  }

  private async useInstance(instanceId: string): Promise<void> {
    const backend = this.random.pick(this.backends);
    const isKept = this.chance(4);
    const plan = this.random.pick(PLANS);
    const made: Subject = { instanceId, plan: { serviceId: backend.serviceId, planId: backend.planId(plan) } };
    const ending = await this.ask('provision', made);
    if (ending === 'failed' && this.chance(2)) await this.ask('deprovision', made);
    if (ending !== 'done') return;
    const subject = plan === 'updateable' ? await this.updated(made, backend) : made;
    for (let number = this.random.below(3); number > 0; number -= 1) {
      await this.useBinding({ ...subject, bindingId: `${instanceId}-binding-${number}` }, isKept && this.chance(2));
    }
    if (!isKept) await this.ask('deprovision', subject);
  }

  private async updated(subject: Subject, backend: BackendUnderTest): Promise<Subject> {
    if (this.script.name === 'korifi') return subject;
    const plan = { ...subject.plan, planId: backend.planId(this.random.pick(['sync', 'async'])) };
    return (await this.ask('update', { ...subject, plan })) === 'done' ? { ...subject, plan } : subject;
  }

  private async useBinding(subject: Subject, isKept: boolean): Promise<void> {
    const ending = await this.ask('bind', subject);
    if (ending === 'done' && !isKept) await this.ask('unbind', subject);
  }

  private async ask(kind: 'provision' | 'update' | 'bind' | 'unbind' | 'deprovision', subject: Subject): Promise<Ending | undefined> {
    this.quota.left -= 1;
    try {
      return await this.script[kind](subject);
    } catch (error) {
      this.complaints.push({ instanceId: subject.instanceId, sentence: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  /** One in so many. */
  private chance(of: number): boolean {
    return this.random.below(of) === 0;
  }
}
