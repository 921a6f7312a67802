import { callLength, isDelete, stillActing } from './columns.js';

/**
 * $1 owner, $2 operations, $3 how long a call may take in ms. Whoever takes one over need not wait for the lease, but must
 * for the call: it may be under way until its deadline, and what it started may happen for another call's length after
 * that.
 *
 * The epoch rises here already: what this owner still learns is not written any more. Only the first holder confirms.
 */
export const GIVE_UP_LEASES = {
  name: 'give-up-leases',
  text: `with locked as materialized (
      select i.incarnation from service_instance i
      where i.incarnation in (select instance_incarnation from operation where id = any($2::text[]))
      order by i.incarnation for no key update
    ), given_up as (
      update operation o
      set leased_by = null, leased_until = null, next_attempt_at = osb_now(), epoch = o.epoch + 1,
          confirmed = o.confirmed or o.epoch = 1
      from locked
      where o.id = any($2::text[]) and o.leased_by = $1 and o.state = 'running' and o.instance_incarnation = locked.incarnation
      returning o.id, o.instance_incarnation, o.binding_incarnation,
        case when o.step = 'send'
          then o.call_deadline_at + ${callLength('o', '$3')} end as acts_until, ${isDelete('o')} as is_delete
    ), unquiet_instances as (
      update service_instance i set ${stillActing('i', 'given_up')}
      from given_up
      where given_up.acts_until is not null and given_up.binding_incarnation is null
        and i.incarnation = given_up.instance_incarnation
    ), unquiet_bindings as (
      update service_binding b set ${stillActing('b', 'given_up')}
      from given_up
      where given_up.acts_until is not null and b.incarnation = given_up.binding_incarnation
    )
    select id from given_up`,
};
