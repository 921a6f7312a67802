import type { Failpoint, Timings } from '#core';

/** What happens to the gateway at a failpoint. */
export type FaultAction =
  | { readonly kind: 'kill' }
  /** SIGSTOP: the process stands still, and wakes with what it believed before. */
  | { readonly kind: 'stop' }
  /** Until the bench lets go of it. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'throw' }
  | { readonly kind: 'delay'; readonly delayMs: number };

/** At the nth passing of this failpoint by this kind of operation, do that; once. */
export interface Fault {
  readonly at: Failpoint | 'mid-answer';
  /** What passes: a kind of operation, or a method before the operation is known. Anything when absent. */
  readonly what?: string;
  /** Counted from 1, from when it was armed. */
  readonly nth: number;
  readonly action: FaultAction;
}

/** What the bench tells a gateway under test. */
export type BenchMessage = { readonly kind: 'arm'; readonly faults: readonly Fault[] } | { readonly kind: 'let go' };

/** What a gateway under test tells the bench. */
export type GatewayMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'armed' }
  | { readonly kind: 'struck'; readonly fault: Fault };

/** How a gateway under test is started; its only argument, as JSON. */
export interface GatewayOrder {
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** Durations that differ from those of the bench. */
  readonly timings: Partial<Timings>;
}
