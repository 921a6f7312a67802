import { instanceFirst } from './lock-instance.js';
import { nextAttempt } from './next-attempt.js';

const { lock, afterLock } = instanceFirst(`$4::text = 'unanswered'`);

/**
 * $1 operation, $2 epoch, $3 pause in ms, $4 what is known of the call sent last (`over`, `unanswered`, `untouched`),
 * $5 ms after the deadline of an unanswered call in which what it started may still happen, $6 whether it is sent again
 * although it was accepted, $7 the last cause or null for what was kept before.
 *
 * A poll that was not answered leaves nothing that could still happen.
 */
export const RECORD_PAUSE = {
  name: 'record-pause',
  text: `with ${lock}, paused as (
      update operation
      set leased_by = null, leased_until = null, next_attempt_at = ${nextAttempt('$3')}, confirmed = true,
          last_cause = coalesce($7, last_cause),
          call_deadline_at = case when $4 = 'over' then osb_now() else call_deadline_at end,
          step = case when $6::boolean then 'send' else step end,
          poll_token = case when $6::boolean then null else poll_token end
      where id = $1 and state = 'running' and epoch = $2 and leased_by is not null and ${afterLock}
      returning instance_incarnation, binding_incarnation,
        case when $4 = 'unanswered' and step = 'send'
          then call_deadline_at + make_interval(secs => $5::float8 / 1000) end as quiet_after
    ), instance as (
      update service_instance i set quiet_after = greatest(i.quiet_after, paused.quiet_after)
      from paused
      where paused.quiet_after is not null and paused.binding_incarnation is null
        and i.incarnation = paused.instance_incarnation
    ), binding as (
      update service_binding b set quiet_after = greatest(b.quiet_after, paused.quiet_after)
      from paused
      where paused.quiet_after is not null and b.incarnation = paused.binding_incarnation
    )
    select 1 from paused`,
};
