export type AuditOutcome = 'started' | 'accepted' | 'succeeded' | 'failed';

/** One line of the audit trail. Never holds parameters, credentials, contexts or settings: only their names. */
export interface AuditEvent {
  readonly actor: { readonly kind: 'platform' | 'admin' | 'gateway'; readonly name: string };
  readonly platformId?: string;
  readonly originatingIdentity?: string;
  readonly requestId?: string;
  /** `instance.provision`, `backend.disable` … */
  readonly action: string;
  /** What it was done to: `instance i-1`, `binding b-1 of instance i-1`, `backend legacy`. */
  readonly subject: string;
  readonly operationId?: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly outcome: AuditOutcome;
  readonly description?: string;
}

/** The append-only trail of what was done. */
export abstract class AuditTrail {
  abstract append(event: AuditEvent): Promise<void>;
}
