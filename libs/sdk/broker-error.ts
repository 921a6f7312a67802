import { isOfAnyCopy } from './class-of-any-copy.js';

const KEY = Symbol.for('@osb-gateway/sdk/BrokerError');

/**
 * Every way a request can be refused or fail, with its status on the wire. The four codes the spec names are its
 * error words (OSB 2.17, Service Broker Errors); the others carry a word only for the reader.
 */
export const BROKER_ERRORS = {
  BadRequest: { status: 400 },
  Unauthorized: { status: 401 },
  NotFound: { status: 404 },
  MethodNotAllowed: { status: 405 },
  Conflict: { status: 409 },
  Gone: { status: 410 },
  PreconditionFailed: { status: 412 },
  PayloadTooLarge: { status: 413 },
  AsyncRequired: { status: 422 },
  ConcurrencyError: { status: 422 },
  MaintenanceInfoConflict: { status: 422 },
  RequiresApp: { status: 422 },
  /** An update the backend does not support. Never for creates: Cloud Controller cleans up after a bare 422. */
  UpdateNotSupported: { status: 422 },
  HeaderTooLarge: { status: 431 },
  InternalError: { status: 500 },
  /** The backend broke down or broke the protocol; what it did is not certain. */
  BackendFailed: { status: 502 },
  /** Surely not executed: nothing was sent, or the backend refused the load. */
  Unavailable: { status: 503 },
  /** No answer in time; what the backend did is not certain. */
  Timeout: { status: 504 },
} as const satisfies Record<string, { status: number }>;

export type BrokerErrorCode = keyof typeof BROKER_ERRORS;

export interface BrokerErrorDetails {
  /** The word for the wire when it is not the code itself: a backend's own error code, one camelCase word. */
  readonly word?: string;
  /** For failed updates and deprovisions only: whether the instance can still be used. Absent means true. */
  readonly instanceUsable?: boolean;
  /** For failed updates only: whether the same update may be tried again. Absent means true. */
  readonly updateRepeatable?: boolean;
  /** When trying again makes sense, in seconds. */
  readonly retryAfterSeconds?: number;
}

/**
 * A refusal or failure with a known meaning. A backend throws it when it knows what happened; anything else it throws
 * is an unknown outcome, and the gateway finds out what exists before it goes on.
 *
 * The description is shown to end users word for word: no URL, no secret, no stack. At most 8 KiB. What operators should
 * know beyond it goes into `cause`: they read it, redacted and bounded, with the operation and in the log.
 *
 * `instanceof` also holds for one that another copy of this SDK made.
 */
export class BrokerError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfAnyCopy(this, BrokerError, KEY, value);
  }

  override readonly name = 'BrokerError';

  constructor(
    readonly code: BrokerErrorCode,
    readonly description: string,
    readonly details: BrokerErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(description, options);
  }

  get [KEY](): true {
    return true;
  }

  get status(): number {
    return BROKER_ERRORS[this.code].status;
  }

  get word(): string {
    return this.details.word ?? this.code;
  }

  /** True when a create that failed this way may have left something behind (OSB 2.17, Orphan Mitigation). */
  get mayHaveActed(): boolean {
    return this.status >= 500 && this.code !== 'Unavailable';
  }
}
