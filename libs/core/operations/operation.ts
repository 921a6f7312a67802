import { BrokerError, type BrokerErrorCode, type OperationKind } from '#sdk';
import type { Incarnation, OperationId } from '../ids/ids.js';

/** `queued`: a delete that waits behind a running mutation of the same instance or binding. */
export type OperationState = 'queued' | 'running' | 'succeeded' | 'failed';

export const OPERATION_TRANSITIONS: Readonly<Record<OperationState, readonly OperationState[]>> = {
  queued: ['running', 'succeeded'],
  running: ['succeeded', 'failed'],
  succeeded: [],
  failed: [],
};

/** What to do next: send the mutation (again, with the same operation id), or poll an accepted one. */
export type OperationStep = 'send' | 'poll';

/** `gateway`: a clean-up the gateway owes after a create whose outcome is failed or unknown. */
export type OperationInitiator = 'platform' | 'gateway';

/** Why an operation failed, as the platform was or will be told. */
export interface OperationFailure {
  readonly code: BrokerErrorCode;
  readonly word: string;
  readonly description: string;
  readonly instanceUsable?: boolean;
  readonly updateRepeatable?: boolean;
  /** When to ask again, as the backend said. */
  readonly retryAfterSeconds?: number;
}

export function errorOf({ code, description, ...details }: OperationFailure): BrokerError {
  return new BrokerError(code, description, details);
}

/** What to send for an update, kept sealed until the operation ends. Members are raw JSON. */
export interface UpdateIntent {
  readonly planId: string;
  readonly previousPlanId: string;
  readonly parameters?: string;
  readonly context?: string;
  readonly maintenanceInfo?: string;
  readonly previousValues?: string;
}

/** Who asked, in the words of the request. */
export interface Origin {
  readonly originatingIdentity?: string;
  readonly requestIdentity?: string;
  /** Where the platform describes its API; kept, like what is sent, until the operation ends. */
  readonly apiInfoLocation?: string;
  /** The gateway's id of the HTTP request, as in its log. */
  readonly requestId?: string;
}

/** One mutation: the durable intent, the job of the runner and the record of how it ended, in one row. */
export interface Operation extends Origin {
  readonly id: OperationId;
  readonly kind: OperationKind;
  readonly initiator: OperationInitiator;
  readonly state: OperationState;
  readonly step: OperationStep;
  /** Whether it keeps every other exclusive mutation off the instance. */
  readonly exclusive: boolean;
  readonly platformId: string;
  readonly backendId: string;
  readonly instanceIncarnation: Incarnation;
  readonly bindingIncarnation?: Incarnation;
  readonly update?: UpdateIntent;
  /** `maintenance_info` of a provision, raw: forwarded, not kept afterwards. */
  readonly maintenanceInfo?: string;
  /**
   * Its platform takes no 202, and operators turned waiting off for its plan: a backend that heeds it is asked without
   * `accepts_incomplete`.
   */
  readonly isSyncOnly?: true;
  readonly pollToken?: string;
  readonly failure?: OperationFailure;
  /** What the backend said of its progress, or of its success. */
  readonly description?: string;
  readonly attempts: number;
  /** Rises with every claim; a result is accepted only from the holder of the newest. */
  readonly epoch: number;
  /**
   * Nobody who heard of its commit is known to have worked on it or answered for it: the request that wrote it may have
   * been answered 503 (ADR 22).
   */
  readonly isUnconfirmed?: true;
  /** How long a call may take, where its backend is given longer than by default. */
  readonly callMs?: number;
  /** It was refused as existing when it was sent again, and what exists is looked into. */
  readonly isConflicted?: true;
  /** Its call may be under way at the backend: it was not answered yet, and its deadline has not passed. */
  readonly isCallOpen?: true;
  /** A deprovision waits for it: its call may be under way, or it is no create and was accepted not long ago (ADR 24). */
  readonly keepsDeprovisionWaiting?: true;
}

/** What it is about: a binding, else the instance. */
export const lifeOf = ({ instanceIncarnation, bindingIncarnation }: Operation): Incarnation => bindingIncarnation ?? instanceIncarnation;

export const isEnded = (operation: { state: OperationState }): boolean =>
  operation.state === 'succeeded' || operation.state === 'failed';
