import { callLength, keepsDeprovisionWaiting } from './columns.js';

// Aliases: q the queued delete, i its instance.

/** Nothing is left to do: what it should delete is deleted already. */
const IS_GONE = `(i.deleted_at is not null or exists (
        select from service_binding b where b.incarnation = q.binding_incarnation and b.deleted_at is not null
      ))`;

/** Nothing runs that it must wait for: an unbind for the bind it undoes, and whatever else is exclusive. */
export const IS_FREE = `not exists (
        select from operation r
        where r.instance_incarnation = q.instance_incarnation and r.state = 'running'
          and case when q.binding_incarnation is null then ${keepsDeprovisionWaiting('r')}
            else r.binding_incarnation = q.binding_incarnation or (r.exclusive and q.exclusive) end
      )`;

/**
 * $1 incarnation of a locked instance, $2 how long a call may take in ms. Lets one queued delete run, not before the
 * create's own call is over, or ends it where nothing is left to do; unbinds before the deprovision. To be repeated until
 * it gives no row: what runs now may keep the next one waiting. A platform that deletes need not hear that the create failed.
 * A deprovision beside something else is not exclusive: so is one of release 0.1.0, which waited for the end of all others.
 */
export const RELEASE_QUEUED = {
  name: 'release-queued',
  text: `with candidate as (
      select q.id, q.binding_incarnation, ${IS_GONE} as gone,
        case when q.binding_incarnation is null then i.quiet_after
          else (select b.quiet_after from service_binding b where b.incarnation = q.binding_incarnation) end as quiet_after
      from operation q join service_instance i on i.incarnation = q.instance_incarnation
      where q.instance_incarnation = $1 and q.state = 'queued' and (${IS_GONE} or ${IS_FREE})
      order by q.kind = 'deprovision', q.created_at, q.id limit 1
    ), released as (
      update operation o
      set state = case when c.gone then 'succeeded' else 'running' end,
          exclusive = o.exclusive and not (o.kind = 'deprovision' and exists (
            select from operation r where r.instance_incarnation = $1 and r.state = 'running')),
          finished_at = case when c.gone then osb_now() end, parked_at = case when not c.gone then o.parked_at end,
          next_attempt_at = case when not c.gone then greatest(osb_now(),
            c.quiet_after - ${callLength('o', '$2')}) end
      from candidate c
      where o.id = c.id and o.state = 'queued'
      returning o.id, o.state, o.binding_incarnation, o.next_attempt_at <= osb_now() as is_due, o.initiator = 'platform' as is_asked_for
    ), instance as (
      update service_instance i set failure_unheard = false
      from candidate c join released using (id)
      where i.incarnation = $1 and is_asked_for and c.binding_incarnation is null and i.failure_unheard
    ), binding as (
      update service_binding b set failure_unheard = false
      from candidate c join released using (id)
      where b.incarnation = c.binding_incarnation and is_asked_for and b.failure_unheard
    ), audited as (
      insert into audit_event (actor_kind, actor_name, platform_id, originating_identity, request_id, action, subject,
        operation_id, before, outcome, description)
      select e.actor_kind, e.actor_name, e.platform_id, e.originating_identity, e.request_id, e.action, e.subject,
        e.operation_id, e.before, 'succeeded', 'nothing was left to delete'
      from released join audit_event e on e.operation_id = released.id and e.outcome = 'started'
      where released.state = 'succeeded'
    )
    select id, is_due, binding_incarnation is null and state = 'running' as deprovisions from released`,
};

/** Instances with a queued delete that could run or end: whoever should have released it did not see it, or died. */
export const FIND_FORGOTTEN = {
  name: 'find-forgotten',
  text: `select distinct q.instance_incarnation as incarnation
    from operation q join service_instance i on i.incarnation = q.instance_incarnation
    where q.state = 'queued' and (${IS_GONE} or ${IS_FREE}) limit 100`,
};
