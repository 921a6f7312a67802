import { instanceFirst } from './lock-instance.js';
import { nextAttempt } from './next-attempt.js';

const { lock, afterLock } = instanceFirst('($5::text is not null or $6::jsonb is not null)');

/**
 * $1 operation, $2 epoch, $3 sealed poll token, $4 pause in ms, $5 dashboard url, $6 metadata, $7-$18 the audit event.
 *
 * A clean-up keeps the count of its attempts: one that is accepted and fails time after time is sent less and less often.
 */
export const RECORD_ACCEPTED = {
  name: 'record-accepted',
  text: `with ${lock}, accepted as (
      update operation
      set step = 'poll', confirmed = true, not_found_polls = 0, not_found_since = null, poll_token = $3, attempts = case when initiator = 'gateway' then attempts else 0 end, leased_by = null, leased_until = null,
          next_attempt_at = ${nextAttempt('$4')}
      where id = $1 and state = 'running' and epoch = $2 and leased_by is not null and ${afterLock}
      returning instance_incarnation
    ), instance as (
      update service_instance i
      set dashboard_url = coalesce($5, i.dashboard_url), metadata = coalesce($6::jsonb, i.metadata), updated_at = osb_now()
      from accepted
      where i.incarnation = accepted.instance_incarnation and ($5::text is not null or $6::jsonb is not null)
    ), audited as (
      insert into audit_event (actor_kind, actor_name, platform_id, originating_identity, request_id, action, subject,
        operation_id, before, after, outcome, description)
      select $7, $8, $9::uuid, $10, $11, $12, $13, $14, $15::jsonb, $16::jsonb, $17, $18 from accepted
    )
    select exists (select from operation q where q.instance_incarnation = accepted.instance_incarnation and q.state = 'queued') as queued
    from accepted`,
};
