import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  wrap,
  type BulkheadPolicy,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { BrokerError } from '#sdk';
import type { CallEnd } from './call-end.js';

/** How many calls one backend may have under way in one process, unless its policy says otherwise. */
export const MOST_CALLS = 64;
const FAILURES_TO_OPEN = 5;

/** How a backend's guard stands, for operators. */
export interface GuardState {
  readonly breaker: 'closed' | 'open' | 'half-open';
  readonly callsUnderWay: number;
  readonly mostCalls: number;
}

/**
 * Keeps one backend from harming the others: so many calls at once and no more, and none for a while after five failures
 * in a row. A call that is refused here was surely not sent.
 */
export class BackendGuard {
  private readonly breaker: CircuitBreakerPolicy;
  private readonly bulkhead: BulkheadPolicy;
  private readonly policy: { execute<T>(work: () => Promise<T>): Promise<T> };

  constructor(
    private readonly restMs: number,
    readonly mostCalls = MOST_CALLS,
  ) {
    this.breaker = circuitBreaker(handleWhenResult(isFailure), {
      halfOpenAfter: restMs,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    this.bulkhead = bulkhead(mostCalls, 0);
    this.policy = wrap(this.bulkhead, this.breaker);
  }

  async run<T>(call: () => Promise<CallEnd<T>>): Promise<CallEnd<T>> {
    // One call is trying the backend: the policy would let all others wait for its end, however long that takes.
    if (this.breaker.state === CircuitState.HalfOpen) return this.failing();
    try {
      return await this.policy.execute(call);
    } catch (error) {
      if (error instanceof BrokenCircuitError) return this.failing();
      if (error instanceof BulkheadRejectedError) return refused('the backend of this service is busy; try again later', 1);
      throw error;
    }
  }

  state(): GuardState {
    const breaker = BREAKER_WORDS[this.breaker.state];
    return { breaker, callsUnderWay: this.mostCalls - this.bulkhead.executionSlots, mostCalls: this.mostCalls };
  }

  private failing(): { kind: 'refused'; error: BrokerError } {
    return refused('the backend of this service is failing; try again later', Math.ceil(this.restMs / 1000));
  }
}

const BREAKER_WORDS: Record<CircuitState, GuardState['breaker']> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

/** No usable answer, or no answer at all. A refusal with a meaning shows that the backend works. */
function isFailure(end: unknown): boolean {
  const { kind, error } = end as { kind: CallEnd<unknown>['kind']; error?: BrokerError };
  return kind === 'unknown' || (kind === 'refused' && error?.code === 'Unavailable');
}

function refused(description: string, retryAfterSeconds: number): { kind: 'refused'; error: BrokerError } {
  return { kind: 'refused', error: new BrokerError('Unavailable', description, { retryAfterSeconds }) };
}
