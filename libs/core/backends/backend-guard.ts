import {
  bulkhead,
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
  private restsUntilMs = 0;

  constructor(
    private readonly restMs: number,
    readonly mostCalls = MOST_CALLS,
  ) {
    this.breaker = circuitBreaker(handleWhenResult(isFailure), {
      halfOpenAfter: restMs,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    this.breaker.onBreak(() => (this.restsUntilMs = Date.now() + restMs));
    this.bulkhead = bulkhead(mostCalls, 0);
    this.policy = wrap(this.bulkhead, this.breaker);
  }

  /** @param counts whether its failure says that the backend fails: a delete that is refused for days does not */
  async run<T>(call: () => Promise<CallEnd<T>>, counts = true): Promise<CallEnd<T>> {
    const error = this.refusal();
    if (error) return { kind: 'refused', error };
    return counts ? this.policy.execute(call) : this.bulkhead.execute(call);
  }

  /** Why a call would not be let through right now; undefined when it would. */
  refusal(): BrokerError | undefined {
    const { state } = this.breaker;
    const rests = state === CircuitState.Open && Date.now() < this.restsUntilMs;
    // While one call tries the backend the policy would let all others wait for its end, however long that takes.
    if (rests || state === CircuitState.HalfOpen) return unavailable('failing', Math.ceil(this.restMs / 1000));
    return this.bulkhead.executionSlots === 0 ? unavailable('busy', 1) : undefined;
  }

  state(): GuardState {
    const breaker = BREAKER_WORDS[this.breaker.state];
    return { breaker, callsUnderWay: this.mostCalls - this.bulkhead.executionSlots, mostCalls: this.mostCalls };
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

const TEXTS = {
  failing: 'the backend of this service is failing; try again later',
  busy: 'the backend of this service is busy; try again later',
};

function unavailable(condition: keyof typeof TEXTS, retryAfterSeconds: number): BrokerError {
  return new BrokerError('Unavailable', TEXTS[condition], { retryAfterSeconds });
}
