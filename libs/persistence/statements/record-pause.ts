import { callLength, isDelete, stillActing } from './columns.js';
import { instanceFirst } from './lock-instance.js';
import { nextAttempt, nextLook } from './next-attempt.js';

const { lock, afterLock } = instanceFirst(`$4::text = 'unanswered'`);

/**
 * $1 operation, $2 epoch, $3 pause in ms, $4 what is known of the call sent last (`over`, `unanswered`, `conflict`),
 * $5 ms from now in which what an unanswered call started may still happen, $6 whether it is sent again
 * although it was accepted, $7 the last cause or null for what was kept before, $8 how long a call
 * may take in ms.
 *
 * A create or delete may reach its backend late: what it does may show until a call's length after its deadline. An update
 * that comes so late changes nothing that this one did not.
 *
 * A poll that was not answered leaves nothing that could still happen. After a `conflict` it is looked into for as long as
 * a call may take what exists.
 */
export const RECORD_PAUSE = {
  name: 'record-pause',
  text: `with ${lock}, paused as (
      update operation
      set leased_by = null, leased_until = null, next_attempt_at = case when $4 = 'unanswered' then ${nextLook('$3')} else ${nextAttempt('$3')} end, confirmed = true,
          last_cause = coalesce($7, last_cause),
          call_deadline_at = case $4 when 'over' then osb_now()
            when 'conflict' then osb_now() + make_interval(secs => $5::float8 / 1000)
            else case when step = 'send' then greatest(call_deadline_at, osb_now() + make_interval(secs => $5::float8 / 1000)) else call_deadline_at end end,
          conflicted = conflicted or $4 = 'conflict', attempts = case when $4 = 'conflict' then 1 else attempts end,
          step = case when $6::boolean then 'send' else step end,
          poll_token = case when $6::boolean then null else poll_token end
      where id = $1 and state = 'running' and epoch = $2 and leased_by is not null and ${afterLock}
      returning instance_incarnation, binding_incarnation,
        case when $4 = 'unanswered' and step = 'send'
          then case when kind = 'update' then osb_now() + make_interval(secs => $5::float8 / 1000)
            else call_deadline_at + ${callLength('operation', '$8')} end end as acts_until, ${isDelete('operation')} as is_delete
    ), instance as (
      update service_instance i set ${stillActing('i', 'paused')}
      from paused
      where paused.acts_until is not null and paused.binding_incarnation is null
        and i.incarnation = paused.instance_incarnation
    ), binding as (
      update service_binding b set ${stillActing('b', 'paused')}
      from paused
      where paused.acts_until is not null and b.incarnation = paused.binding_incarnation
    )
    select exists (select from operation q where q.instance_incarnation = paused.instance_incarnation and q.state = 'queued') as queued
    from paused`,
};
