import { readableEvent, type AuditEvent } from '#core';
import { storableJson } from '../storable-json.js';
import { storableText } from '../storable-text.js';

/** In the order of the audit columns of every statement. */
export function auditValues(told: AuditEvent): unknown[] {
  const event = readableEvent(told);
  return [
    event.actor.kind,
    event.actor.name,
    event.platformId ?? null,
    storableText(event.originatingIdentity),
    event.requestId ?? null,
    event.action,
    storableText(event.subject),
    event.operationId ?? null,
    storableJson(event.before),
    storableJson(event.after),
    event.outcome,
    storableText(event.description),
  ];
}
