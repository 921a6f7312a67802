import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import type { Durations } from './durations.js';
import type { Credentials } from './login.js';
import type { Violations } from './violations.js';

/** Whose operation it is: a well-behaved tenant gets no error but those that say "try again". */
export type Side = 'tenant' | 'attacker';

const PAUSE_MS = 200;
const SUCCESS = [200, 201, 410];
/** Documented as passing by themselves. */
const RETRYABLE = [422, 503, 504];

/** Sends requests as a platform does, again and again until they end, and holds each to its time. */
export class Broker {
  constructor(
    private readonly osb: OsbClient,
    readonly plan: PlanIds,
    private readonly durations: Durations,
    private readonly violations: Violations,
    private readonly limitMs: number,
  ) {}

  async provision(side: Side, instanceId: string): Promise<boolean> {
    return (await this.ended(side, 'provision', () => this.osb.provision(instanceId, this.plan))) !== undefined;
  }

  async bind(side: Side, instanceId: string, bindingId: string, role: 'readwrite' | 'readonly'): Promise<Credentials | undefined> {
    const parameters = { parameters: { role } };
    const answer = await this.ended(side, 'bind', () => this.osb.bind(instanceId, bindingId, this.plan, parameters));
    return answer?.body['credentials'] as Credentials | undefined;
  }

  async unbind(side: Side, instanceId: string, bindingId: string): Promise<boolean> {
    return (await this.ended(side, 'unbind', () => this.osb.unbind(instanceId, bindingId, this.plan))) !== undefined;
  }

  async deprovision(side: Side, instanceId: string): Promise<boolean> {
    return (await this.ended(side, 'deprovision', () => this.osb.deprovision(instanceId, this.plan))) !== undefined;
  }

  private async ended(side: Side, verb: string, send: () => Promise<Answer>): Promise<Answer | undefined> {
    const kind = `${side} ${verb}`;
    const startedAtMs = Date.now();
    for (let isFirstError = true; ; isFirstError = false) {
      const answer = await send();
      const durationMs = Date.now() - startedAtMs;
      if (SUCCESS.includes(answer.status)) {
        this.durations.ended(kind, durationMs);
        if (durationMs > this.limitMs) this.tooLate(kind, durationMs);
        return answer;
      }
      this.durations.repeated(kind, answer.status);
      if (isFirstError) this.judge(side, kind, answer);
      if (durationMs > this.limitMs) return this.tooLate(kind, durationMs);
      await pause(PAUSE_MS);
    }
  }

  private judge(side: Side, kind: string, { status, text }: Answer): void {
    if (side === 'attacker' || RETRYABLE.includes(status)) return;
    this.violations.add('tenants are served', `${kind} was answered ${status} ${text}`);
  }

  private tooLate(kind: string, durationMs: number): undefined {
    const text = `${kind} took ${(durationMs / 1_000).toFixed(1)} s; the limit is ${this.limitMs / 1_000} s`;
    this.violations.add('every operation ends in time', text);
  }
}
