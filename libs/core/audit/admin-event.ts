import { optional } from '../optional.js';
import type { AuditEvent } from './audit-event.js';

/** The operator who asks. */
export interface Operator {
  readonly name: string;
  readonly requestId?: string;
}

/** An event for something an operator did. Writes nothing by itself. */
export function operatorDid(
  operator: Operator,
  action: string,
  subject: string,
  states: Pick<AuditEvent, 'before' | 'after'> = {},
): AuditEvent {
  return {
    actor: { kind: 'admin', name: operator.name },
    action,
    subject,
    outcome: 'succeeded',
    ...optional('requestId', operator.requestId),
    ...states,
  };
}
