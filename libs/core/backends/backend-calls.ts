import { Injectable } from '@nestjs/common';
import { BrokerError, type ServiceBackend } from '#sdk';
import { Timings } from '../operations/timings.js';
import type { ChangeText } from '../readable/readable.js';
import { BackendGuard, MOST_CALLS, type GuardState } from './backend-guard.js';
import { BackendRegistry } from './backend-registry.js';
import type { CallEnd } from './call-end.js';
import { describeThrown, isRefusal, wordsOf } from './thrown.js';

const MOST_CAUSE = 1_000;
const MOST_CALL_MS = 600_000;
/** A URL of any scheme. */
const ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>]*/gi;

/** The one way to a backend: bounded in time and number, and never throwing. */
@Injectable()
export class BackendCalls {
  private readonly guards = new Map<string, BackendGuard>();

  constructor(
    private readonly registry: BackendRegistry,
    private readonly timings: Timings,
  ) {}

  /** How the backend's guard stands, for operators. */
  stateOf(backendId: string): GuardState {
    return this.guardOf(backendId).state();
  }

  /** Why a call to the backend would surely not be sent right now; undefined when it would. */
  refusal(backendId: string): BrokerError | undefined {
    return this.guardOf(backendId).refusal();
  }

  /** How long a call to the backend may take, where that is longer than by default. */
  longerCallMs(backendId: string): number | undefined {
    const declared = Math.floor(Math.min(this.registry.capabilitiesOf(backendId).callTimeoutMs ?? 0, MOST_CALL_MS));
    return declared > this.timings.callMs ? declared : undefined;
  }

  /**
   * Whatever the backend does, this resolves at the deadline.
   *
   * @param counts false for what the gateway sends by itself: its failures open no breaker, or a tenant's binding that can't
   *   be removed would keep everybody from the backend
   */
  call<T>(
    backendId: string,
    deadline: Date,
    verb: (backend: ServiceBackend, signal: AbortSignal) => Promise<T>,
    counts = true,
  ): Promise<CallEnd<T>> {
    return this.guardOf(backendId).run(() => this.bounded(backendId, deadline, verb), counts);
  }

  /**
   * What the backend answered or threw, for operators: without the secrets of its settings, what else `mask` knows and any
   * address, at most 1,000 characters.
   */
  cause(backendId: string, thrown: unknown, mask: ChangeText): string {
    const text = mask(this.readableText(backendId, wordsOf(thrown))).replaceAll(ADDRESS, '(address)');
    return text.length > MOST_CAUSE ? `${text.slice(0, MOST_CAUSE).toWellFormed()}…` : text;
  }

  /** A text of the backend, for people to read. */
  readableText(backendId: string, text: string): string {
    return this.registry.readableText(backendId, text);
  }

  /** The same refusal with such a text. */
  readableError(backendId: string, error: BrokerError): BrokerError {
    const description = this.readableText(backendId, error.description);
    return description === error.description ? error : new BrokerError(error.code, description, error.details);
  }

  private guardOf(backendId: string): BackendGuard {
    const mostCalls = this.registry.record(backendId)?.policy.mostCalls;
    const known = this.guards.get(backendId);
    if (known && known.mostCalls === (mostCalls ?? MOST_CALLS)) return known;
    const guard = new BackendGuard(this.timings.breakerRestMs, mostCalls);
    this.guards.set(backendId, guard);
    return guard;
  }

  private async bounded<T>(
    backendId: string,
    deadline: Date,
    verb: (backend: ServiceBackend, signal: AbortSignal) => Promise<T>,
  ): Promise<CallEnd<T>> {
    // A process that stood still and woke must not send what others have long taken over (decision 12).
    if (Date.now() >= deadline.getTime()) return { kind: 'unknown', reason: 'its time was over before it was asked' };
    const controller = new AbortController();
    const timeout = Promise.withResolvers<CallEnd<T>>();
    const timer = setTimeout(() => {
      controller.abort(new Error('the deadline has passed'));
      timeout.resolve({ kind: 'unknown', reason: 'no answer before the deadline' });
    }, Math.max(0, deadline.getTime() - Date.now()));
    try {
      return await Promise.race([this.attempt(backendId, (backend) => verb(backend, controller.signal)), timeout.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async attempt<T>(backendId: string, verb: (backend: ServiceBackend) => Promise<T>): Promise<CallEnd<T>> {
    try {
      return { kind: 'answered', value: await verb(this.registry.get(backendId)) };
    } catch (error) {
      if (isRefusal(error)) return { kind: 'refused', error: this.readableError(backendId, error), thrown: error };
      return { kind: 'unknown', reason: this.readableText(backendId, describeThrown(error)), thrown: error };
    }
  }
}
