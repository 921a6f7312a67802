import type { BrokerUnderTest, Pending } from './broker-under-test.js';
import { afterEnd, explained, letsEnd, type Exchange } from './explain.js';
import type { Rules } from './model.js';
import type { Moment, Request, Step } from './requests.js';
import { answered, asked, expected } from './sentences.js';
import { NOTHING, type Ending, type State } from './state.js';
import { send } from './wire.js';

/** The gateway did what the model does not explain. The message is the story. */
export class Difference extends Error {}

let histories = 0;

/** What is taken for the answers of one moment. */
export type Hearing = (exchanges: readonly Exchange[]) => readonly Exchange[];

/** One history played to a gateway, side by side with the model. */
export class History {
  /** How many requests were sent, and how many of them together with others. */
  requests = 0;
  together = 0;
  private readonly prefix = `h${(histories += 1)}-`;
  private readonly story: string[] = [];
  private readonly earlier: Request[] = [];
  private readonly known: string[] = [];
  private readonly instances = new Set<string>();
  /** What may be so now: more than one where the model allows more than one thing. */
  private states: readonly State[] = [NOTHING];

  constructor(
    private readonly broker: BrokerUnderTest,
    private readonly rules: Rules,
    private readonly heard: Hearing = (exchanges) => exchanges,
  ) {}

  /** @throws Difference */
  async play(moments: readonly Moment[]): Promise<void> {
    for (const { steps, how } of moments) {
      const requests = steps.flatMap((step) => this.requestOf(step));
      if (requests.length > 0) await this.ask(requests, how);
      for (const step of steps) if (step.kind === 'end') await this.end(step.which, step.how);
    }
  }

  /** Ends whatever still runs, so that the gateway has nothing left to do for this history. */
  async close(): Promise<void> {
    for (let pending = await this.pending(); pending.length > 0; pending = await this.pending()) {
      for (const one of pending) this.broker.end(one, 'succeeded');
      await pause();
    }
  }

  private requestOf(step: Step): Request[] {
    if (step.kind === 'ask') return [step.request];
    if (step.kind === 'again') return this.earlier.slice(-1 - (step.which % Math.max(1, this.earlier.length))).slice(0, 1);
    const operation = step.kind === 'poll' ? this.known.at(-1 - (step.which % Math.max(1, this.known.length))) : undefined;
    if (step.kind !== 'poll' || operation === undefined) return [];
    const owner = this.states[0]?.operations.find(({ id }) => id === operation);
    const { platform, instance, binding } = step.thing === 'its own' ? (owner ?? { platform: 'p1', instance: 'i1' }) : step.thing;
    return [{ does: 'poll', platform, instance, ...(binding === undefined ? {} : { binding }), operation }];
  }

  private async ask(requests: readonly Request[], how: Ending): Promise<void> {
    for (const { instance } of requests) this.instances.add(instance);
    this.earlier.push(...requests);
    this.requests += requests.length;
    if (requests.length > 1) this.together += requests.length;
    const sending = requests.map(async (request): Promise<Exchange> => ({ request, told: await this.send(request) }));
    const endedSome = await this.endsWhatIsWaitedFor(requests, how, Promise.all(sending));
    const exchanges = this.heard(await Promise.all(sending));
    for (const { told } of exchanges) if (told.operation !== undefined && !this.known.includes(told.operation)) this.known.push(told.operation);
    if (endedSome || exchanges.some(mayLeaveWork) || exchanges.length > 1) await this.settled();
    const after = explained(this.rules, this.states, exchanges, how);
    this.tell(exchanges, how, after.length > 0);
    this.states = after;
  }

  private send(request: Request) {
    const client = this.broker.platforms[request.platform];
    if (client === undefined) throw new Error(`there is no platform ${request.platform}`);
    return send(client, this.prefix, request);
  }

  /**
   * A request without `accepts_incomplete` is answered when what it waits for has ended: that ends meanwhile. Says whether
   * anything was ended.
   */
  private async endsWhatIsWaitedFor(requests: readonly Request[], how: Ending, answers: Promise<unknown>): Promise<boolean> {
    const impatient = requests.filter((request) => 'patient' in request && !request.patient);
    const exchange = { isOpen: impatient.length > 0 };
    let endedSome = false;
    const done = answers.finally(() => {
      exchange.isOpen = false;
    });
    while (exchange.isOpen) {
      await Promise.race([done, pause()]);
      const pending = exchange.isOpen ? await this.pending() : [];
      const waitedFor = pending.filter((one) => impatient.some((request) => letsEnd(request, one)));
      for (const one of waitedFor) endedSome = this.broker.end(one, how) || endedSome;
    }
    await done;
    return endedSome;
  }

  private async end(which: number, how: Ending): Promise<void> {
    const running = (await this.pending()).filter(({ queued }) => !queued);
    const operation = running[which % Math.max(1, running.length)];
    if (operation === undefined) return;
    this.broker.end(operation, how);
    await this.settled();
    const after = afterEnd(this.states, operation, how);
    const { instance, binding = '', verb } = operation;
    this.story.push(`the ${verb} of ${instance} ${binding} ends: ${how}`.replace('  ', ' '));
    if (after.length === 0) throw this.difference('the model knows of no such operation');
    this.states = after;
  }

  private tell(exchanges: readonly Exchange[], how: Ending, understood: boolean): void {
    const together = exchanges.length > 1 ? 'at once: ' : '';
    const ends = exchanges.some(({ request }) => 'patient' in request && !request.patient) && how === 'failed' ? ' (what it waits for fails)' : '';
    const lines = exchanges.map(({ request, told }) => `${together}${asked(request, this.known)}${ends} -> ${answered(told, this.known)}`);
    this.story.push(...lines);
    if (understood) return;
    const each = exchanges.map(({ request }) => expected(this.states.flatMap((state) => this.rules(state, request))));
    throw this.difference(together === '' ? `the model expected ${each[0]}` : `no order explains that; one by one first: ${each.join(' | ')}`);
  }

  private difference(why: string): Difference {
    return new Difference([...this.story.map((line, index) => `${index + 1}. ${line}`), `   ${why}`].join('\n'));
  }

  private pending(): Promise<Pending[]> {
    return this.broker.pending(this.prefix, [...this.instances]);
  }

  private settled(): Promise<Pending[]> {
    return this.broker.settled(this.prefix, [...this.instances]);
  }
}

/** After refusals and reads nothing goes on behind the scenes. */
const mayLeaveWork = ({ request, told }: Exchange): boolean => 'patient' in request && (told.status < 300 || told.status >= 500);

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
