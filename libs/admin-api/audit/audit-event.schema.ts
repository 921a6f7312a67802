import { z } from 'zod';
import type { AuditFilter, AuditLine, AuditOutcome } from '#core';
import { oneOf, searchText, time, type ShapeOf } from '../request/fields.js';
import { listQuery, pageOf } from '../request/page.js';

const outcome = oneOf<AuditOutcome>({ started: true, accepted: true, succeeded: true, failed: true });

const moment = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text));

/** Query of GET /admin/v1/audit-events. */
export const auditQuery = listQuery({
  action: searchText.exactOptional().describe('For example `instance.provision` or `backend.disable`.'),
  actor: searchText.exactOptional().describe('Name of a platform or an administrator.'),
  platform: searchText.exactOptional().describe('Name of a platform.'),
  subject: searchText.exactOptional().describe('Exactly as listed, for example `instance i-1`.'),
  operationId: searchText.exactOptional(),
  requestId: searchText.exactOptional(),
  outcome: outcome.exactOptional(),
  from: moment.exactOptional().describe('Events of this time and later.'),
  to: moment.exactOptional().describe('Events before this time.'),
} satisfies ShapeOf<AuditFilter>);

const auditLine = z
  .strictObject({
    id: z.string(),
    at: time,
    actorKind: z.string().describe('platform, admin or gateway.'),
    actorName: z.string(),
    platformId: z.string().exactOptional(),
    originatingIdentity: z.string().exactOptional().describe('The header as the platform sent it.'),
    requestId: z.string().exactOptional(),
    action: z.string(),
    subject: z.string(),
    operationId: z.string().exactOptional(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    outcome,
    description: z.string().exactOptional(),
  } satisfies ShapeOf<AuditLine>)
  .meta({ id: 'AuditEvent' });

export const auditPage = pageOf(auditLine, 'AuditEvents');
