import type { Failpoint } from '#core';
import type { OperationKind } from '#sdk';
import { eventually } from '../../e2e/eventually.js';
import type { BackendUnderTest } from '../backend-under-test.js';
import { patiently } from '../clients/patience.js';
import type { FaultAction } from '../fault.js';
import type { GatewayUnderTest } from '../gateway-under-test.js';
import type { DatabaseState, History } from '../history.js';
import { PlatformRecorder, type Reply, type Subject } from '../platform-recorder.js';
import { Stage } from '../stage.js';
import { nameOf, STORIES, type Place, type Story } from './stories.js';

/** Long enough for every request to come to its place before the time of the first one is up. */
const CALL_MS = 3_000;
/** After the deadline of each call and the quiet time behind it, and after all that platforms asked for meanwhile. */
const ACTS_LATE_MS = 10_000;
const ASYNC = { acceptsIncomplete: true };
const TAKEN_OVER = 'operation was taken over by another process';

/** Two gateways, one of which is stopped in the middle of every story at once, taken over by the other, and woken. */
export class ZombieStage {
  private asleep: DatabaseState | undefined;
  private readonly backend: BackendUnderTest;
  private readonly zombie: GatewayUnderTest;
  private readonly toZombie: PlatformRecorder;
  private readonly toOther: PlatformRecorder;
  private readonly lost: Promise<Reply>[] = [];

  private constructor(private readonly stage: Stage) {
    const [backend, [zombie, other]] = [stage.backends[0], stage.gateways];
    if (!backend || !zombie || !other) throw new Error('the stage lacks a backend or a gateway');
    [this.backend, this.zombie] = [backend, zombie];
    const recorder = (gateway: GatewayUnderTest): PlatformRecorder => {
      const balancer = () => ({ name: gateway.name, url: gateway.url as string });
      return new PlatformRecorder('korifi', 'korifi', { username: 'korifi', password: 'korifi-password' }, balancer, stage.log);
    };
    [this.toZombie, this.toOther] = [recorder(zombie), recorder(other)];
  }

  static async start(): Promise<ZombieStage> {
    const stage = await Stage.start(2);
    await Promise.all(
      stage.gateways.map(async (gateway) => {
        gateway.timings = { callMs: CALL_MS, budgetMs: CALL_MS };
        await gateway.kill();
        await gateway.restart();
      }),
    );
    return new ZombieStage(stage);
  }

  /** Plays all stories to their end. */
  async play(): Promise<void> {
    await Promise.all(STORIES.map((story) => this.prepare(story)));
    await this.comeToTheirPlaces();
    await Promise.all(STORIES.map((story) => this.meanwhile(story)));
    await this.rest();
    this.asleep = await this.stage.database.state('');
    this.zombie.wake();
    await eventually(() => this.zombie.lines.filter((line) => line.includes(TAKEN_OVER)).length, (count) => count === STORIES.length);
    await this.rest();
    await Promise.all(this.lost);
  }

  /** What the database had when the stopped gateway was about to wake. */
  get beforeWaking(): DatabaseState {
    if (!this.asleep) throw new Error('the stories have not been played');
    return this.asleep;
  }

  history(story: Story): Promise<History> {
    return this.stage.history(nameOf(story));
  }

  async close(): Promise<void> {
    await Promise.all([this.toZombie.close(), this.toOther.close()]);
    await this.stage.close();
  }

  /** Nothing is left to do, and the backend is through with whatever it was asked. */
  private rest(): Promise<unknown> {
    return patiently('all to come to rest', async () => (await this.stage.isQuiet('')) || undefined);
  }

  /** By the one that will be stopped: it keeps connections to the backend, over which it can send without waiting. */
  private async prepare(story: Story): Promise<void> {
    if (story.kind !== 'provision') await this.made('provision', this.subject(story), this.toZombie);
    if (story.kind === 'unbind') await this.made('bind', this.subject(story), this.toZombie);
  }

  private async comeToTheirPlaces(): Promise<void> {
    await this.strikeAll('late', 'at-backend-call', { kind: 'hold' });
    await this.strikeAll('answered', 'after-backend-answer', { kind: 'hold' });
    await this.zombie.arm([]);
    await Promise.all(storiesAt('sent').map((story) => this.sent(story)));
    await this.strikeAll('sending', 'at-backend-call', { kind: 'stop' });
  }

  private async strikeAll(place: Place, at: Failpoint, action: FaultAction): Promise<void> {
    const stories = storiesAt(place);
    const strikes = this.zombie.strikes.length + stories.length;
    await this.zombie.arm(stories.map(({ kind }) => ({ at, what: kind, nth: 1, action })));
    for (const story of stories) this.send(story);
    await eventually(() => this.zombie.strikes.length, (count) => count === strikes);
  }

  private async sent(story: Story): Promise<void> {
    const { instanceId, bindingId = instanceId } = this.subject(story);
    const path = new RegExp(`/${bindingId}$`);
    this.backend.addFault({ method: 'PUT', path: path.source, delayMs: ACTS_LATE_MS });
    this.send(story);
    await this.backend.received('PUT', path, { acted: false });
    // Before that, nobody would carry it on.
    await eventually(() => this.stage.database.unconfirmed(instanceId), (count) => count === 0);
  }

  private send(story: Story): void {
    this.lost.push(this.toZombie[story.kind](this.subject(story), ASYNC));
  }

  private async meanwhile(story: Story): Promise<void> {
    const { kind, meanwhile } = story;
    const isBinding = kind === 'bind' || kind === 'unbind';
    const [create, remove] = isBinding ? (['bind', 'unbind'] as const) : (['provision', 'deprovision'] as const);
    if (meanwhile === 'deleted' || meanwhile === 'made anew') await this.made(remove, this.subject(story));
    if (meanwhile === 'made anew') await this.made(create, isBinding ? this.subject(story) : this.subject(story, 'rotatable'));
    if (meanwhile === 'changed again') await this.made('update', this.subject(story, 'rotatable'));
  }

  /** Asks a gateway until it says that it is done. */
  private made(kind: OperationKind, subject: Subject, to = this.toOther): Promise<unknown> {
    return patiently(`${kind} of ${subject.instanceId}`, async () => {
      const reply = await to[kind](subject, ASYNC);
      if (reply.kind !== 'answered') return undefined;
      return reply.status === 200 || reply.status === 201 || reply.status === 410 || undefined;
    });
  }

  private subject(story: Story, plan = story.kind === 'update' ? 'updateable' : 'sync'): Subject {
    const name = nameOf(story);
    const isBinding = story.kind === 'bind' || story.kind === 'unbind';
    return {
      instanceId: `${name}i`,
      plan: { serviceId: this.backend.serviceId, planId: this.backend.planId(plan) },
      ...(isBinding ? { bindingId: `${name}b` } : {}),
    };
  }
}

const storiesAt = (place: Place): Story[] => STORIES.filter((story) => story.place === place);
