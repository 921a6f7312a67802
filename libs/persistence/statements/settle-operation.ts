import { callLength } from './columns.js';
import { instanceFirst } from './lock-instance.js';

const { lock, afterLock } = instanceFirst('$9::boolean');

/**
 * $1 operation, $2 epoch or null for whoever holds it, $3-$8 how it ended, $9-$16 the instance ($9: whether it changes),
 * $17-$21 the binding ($17: whether it changes), $22-$33 the audit event, $34 ms after the deadline of an unanswered call
 * in which what it started may still appear, or null, $35 whether nothing can appear any more,
 * $36 the last cause or null for what was kept before.
 *
 * Who takes an operation from its holder raises the epoch: the holder must not take that end for its own.
 *
 * Tells whether somebody may be waiting for the end by now: other processes are notified of it then, after the commit.
 * To notify takes a lock that all who notify wait for: whatever ends at once does without.
 *
 * That a create failed is unheard until its platform is told, or has deleted it (ADR 15).
 *
 * What else is pending on an instance that is deleted ends with it: deletes have nothing left to do.
 *
 * One statement, so that an operation never ends without what it did. Secrets go when what they belong to is deleted.
 */
export const SETTLE_OPERATION = {
  name: 'settle-operation',
  text: `with ${lock}, settled as (
      update operation
      set state = $3, error_code = $4, error_word = $5, description = $6, instance_usable = $7, update_repeatable = $8,
          finished_at = osb_now(), leased_by = null, leased_until = null, next_attempt_at = null, parked_at = null,
          request = null, poll_token = null, last_cause = coalesce($36, last_cause),
          epoch = case when $2::bigint is null then epoch + 1 else epoch end
      where id = $1 and state = 'running' and ($2::bigint is null or (epoch = $2 and leased_by is not null)) and ${afterLock}
      returning id, instance_incarnation, binding_incarnation, initiator = 'platform' as is_asked_for,
        kind in ('provision', 'bind') and state = 'failed' as is_failed_create,
        created_at < osb_now() - interval '250 milliseconds' as is_awaited,
        case when step = 'send' then call_deadline_at + case when $34::float8 is not null then ${callLength('operation', '$34')} end end as quiet_after
    ), instance as (
      update service_instance i
      set state = coalesce($10, i.state), plan_id = coalesce($11, i.plan_id),
          parameters = case when $10 = 'deleted' then null else coalesce($12::bytea, i.parameters) end,
          context = case when $10 = 'deleted' then null else coalesce($13::bytea, i.context) end,
          backend_state = case when $10 = 'deleted' then null else i.backend_state end,
          dashboard_url = coalesce($14, i.dashboard_url), metadata = coalesce($15::jsonb, i.metadata),
          maintenance_version = coalesce($16, i.maintenance_version),
          quiet_after = case when not $35::boolean then greatest(i.quiet_after, settled.quiet_after) end,
          failure_unheard = case when is_asked_for then is_failed_create else i.failure_unheard end,
          updated_at = osb_now(), deleted_at = case when $10 = 'deleted' then osb_now() else i.deleted_at end
      from settled
      where i.incarnation = settled.instance_incarnation and $9::boolean
    ), binding as (
      update service_binding b
      set state = $18, result = $19::bytea, expires_at = coalesce($20, b.expires_at),
          renew_before = coalesce($21, b.renew_before), updated_at = osb_now(),
          parameters = case when $18 = 'deleted' then null else b.parameters end,
          bind_resource = case when $18 = 'deleted' then null else b.bind_resource end,
          context = case when $18 = 'deleted' then null else b.context end,
          backend_state = case when $18 = 'deleted' then null else b.backend_state end,
          quiet_after = case when not $35::boolean then greatest(b.quiet_after, settled.quiet_after) end,
          failure_unheard = case when is_asked_for then is_failed_create else b.failure_unheard end,
          deleted_at = case when $18 = 'deleted' then osb_now() else b.deleted_at end
      from settled
      where b.incarnation = settled.binding_incarnation and $17::boolean
    ), remaining_bindings as (
      update service_binding b
      set state = 'deleted', result = null, parameters = null, bind_resource = null, context = null,
          backend_state = null, updated_at = osb_now(), deleted_at = osb_now()
      from settled
      where b.instance_incarnation = settled.instance_incarnation and b.deleted_at is null
        and $9::boolean and $10 = 'deleted'
    ), remaining_operations as (
      update operation o
      set state = case when o.kind in ('unbind', 'deprovision') then 'succeeded' else 'failed' end,
          error_code = case when o.kind not in ('unbind', 'deprovision') then 'ConcurrencyError' end,
          error_word = case when o.kind not in ('unbind', 'deprovision') then 'ConcurrencyError' end,
          description = case when o.kind not in ('unbind', 'deprovision') then 'the instance was deleted' end,
          finished_at = osb_now(), leased_by = null, leased_until = null, next_attempt_at = null, parked_at = null,
          request = null, poll_token = null, epoch = o.epoch + 1
      from settled
      where o.instance_incarnation = settled.instance_incarnation and o.id <> settled.id and o.state in ('queued', 'running')
        and $9::boolean and $10 = 'deleted'
      returning o.id, o.kind, o.state
    ), remaining_audited as (
      insert into audit_event (actor_kind, actor_name, platform_id, originating_identity, request_id, action, subject,
        operation_id, before, outcome, description)
      select e.actor_kind, e.actor_name, e.platform_id, e.originating_identity, e.request_id, e.action, e.subject,
        e.operation_id, e.before, r.state,
        case when r.kind = 'deprovision' then 'nothing was left to delete' else 'the instance was deleted' end
      from remaining_operations r join audit_event e on e.operation_id = r.id and e.outcome = 'started'
    ), audited as (
      insert into audit_event (actor_kind, actor_name, platform_id, originating_identity, request_id, action, subject,
        operation_id, before, after, outcome, description)
      select $22, $23, $24::uuid, $25, $26, $27, $28, $29, $30::jsonb, $31::jsonb, $32, $33 from settled
    )
    select exists (select from operation o join settled s on s.instance_incarnation = o.instance_incarnation
                   where o.state = 'queued') as queued, is_awaited
    from settled`,
};
