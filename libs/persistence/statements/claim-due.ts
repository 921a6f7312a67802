import { callLength, isDelete, QUIET_AFTER, stillActing, taskColumns, TASK_JOINS } from './columns.js';
import { waitsFor } from './overlap.js';

/**
 * $1 owner, $2 lease in ms, $3 most of one backend, $4 how long a call may take in ms, $5 and $6 backends with another
 * most, as columns of one table, $7 backends that work on one binding of an instance at a time.
 *
 * Backend by backend, so that one with thousands of due operations costs the others neither places nor time.
 *
 * A create or update whose earlier call may still be under way is taken over for looking only: its deadline stays. A delete
 * is sent again at once. Whoever held
 * it may send late, stopped and woken: what that does can show until a call's length after its deadline.
 *
 * The array keeps the planner from taking `due` for many rows: it would read both tables from end to end for a few.
 *
 * A call that would overlap with another one of its instance is left for later, also one that a deprovision due by now
 * would overlap with, and an unbind sent again that would keep a queued one waiting.
 *
 * Waits for no lock: what somebody else works on, or the instance of which is locked, is left for the next time.
 */
export const CLAIM_DUE = {
  name: 'claim-due',
  text: `with due as (
      select due.*
      from backend left join unnest($5::uuid[], $6::integer[]) as named (id, most) on named.id = backend.id
      cross join lateral (
        select d.id, d.instance_incarnation, d.binding_incarnation, d.call_deadline_at,
          d.step = 'send' and not ${isDelete('d')} and coalesce(d.call_deadline_at > osb_now(), false) as may_be_under_way, ${isDelete('d')} as is_delete,
          case when d.step = 'send' and d.leased_by is not null
            then d.call_deadline_at + ${callLength('d', '$4')} end as acts_until
        from operation d join service_instance i on i.incarnation = d.instance_incarnation
        where d.backend_id = backend.id and d.state = 'running' and d.parked_at is null
          and d.next_attempt_at <= osb_now() and (d.leased_until is null or d.leased_until < osb_now())
          and (d.step = 'poll' or not exists (select from operation r where ${waitsFor('d', 'r', 'backend.id = any ($7::uuid[])')}
            or (r.instance_incarnation = d.instance_incarnation and r.kind = 'deprovision' and r.state = 'running'
              and r.step = 'send' and r.next_attempt_at <= osb_now() and r.parked_at is null and d.binding_incarnation is not null)
            or (r.instance_incarnation = d.instance_incarnation and r.kind = 'deprovision' and r.state = 'queued'
              and d.binding_incarnation is not null and d.call_deadline_at is not null)))
        order by d.next_attempt_at limit coalesce(named.most, $3::integer) for no key update of d, i skip locked
      ) as due
    ), o as (
      update operation
      set leased_by = $1, leased_until = osb_now() + make_interval(secs => $2::float8 / 1000), epoch = epoch + 1,
          attempts = attempts + 1,
          call_deadline_at = case when step = 'send' and (${isDelete('operation')} or coalesce(call_deadline_at <= osb_now(), true))
            then osb_now() + ${callLength('operation', '$4')} else call_deadline_at end
      where id = any (array(select due.id from due))
      returning *
    ), unquiet_instances as (
      update service_instance i
      set ${stillActing('i', 'due')}
      from due where due.acts_until is not null and due.binding_incarnation is null and i.incarnation = due.instance_incarnation
    ), unquiet_bindings as (
      update service_binding b
      set ${stillActing('b', 'due')}
      from due where due.acts_until is not null and b.incarnation = due.binding_incarnation
    )
    select ${taskColumns(`greatest(case when not due.is_delete then due.acts_until end, ${QUIET_AFTER})`, '$4')}, due.may_be_under_way
    from o join due on due.id = o.id ${TASK_JOINS}`,
};
