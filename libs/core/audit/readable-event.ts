import { optional } from '../optional.js';
import { readable, readableText } from '../readable/readable.js';
import type { AuditEvent } from './audit-event.js';

type States = Readonly<Record<string, unknown>>;

/** The event as it is written: names and texts from outside are cut, and it is told how much was. */
export function readableEvent(event: AuditEvent): AuditEvent {
  const { actor, subject, originatingIdentity, description, before, after } = event;
  return {
    ...event,
    actor: { ...actor, name: readableText(actor.name) },
    subject: readableText(subject),
    ...optional('originatingIdentity', originatingIdentity && readableText(originatingIdentity)),
    ...optional('description', description && readableText(description)),
    ...optional('before', before && (readable(before) as States)),
    ...optional('after', after && (readable(after) as States)),
  };
}
