import { callLength, QUIET_AFTER, taskColumns, TASK_JOINS } from './columns.js';
import { IS_FREE } from './release-queued.js';

/**
 * $1 incarnation of a locked instance, $2 how long a call may take in ms: the create that its queued deprovision overtakes
 * now. Of a call whose holder has died nobody tells what it may still do.
 */
export const FIND_OVERTAKEN = {
  name: 'find-overtaken',
  text: `select ${taskColumns(QUIET_AFTER, '$2')}, false as may_be_under_way, o.step = 'send' and o.leased_by is not null as may_act
    from operation o ${TASK_JOINS}
    where o.instance_incarnation = $1 and o.kind = 'provision' and o.state = 'running' and exists (
      select from operation q where q.instance_incarnation = $1 and q.kind = 'deprovision' and q.state = 'queued' and ${IS_FREE})`,
};

/** $1 deprovision that has overtaken a create, $2 ms from now until which it does not count that the instance is unknown. */
export const OVERTOOK = {
  name: 'overtook',
  text: `update operation set gone_counts_after = osb_now() + make_interval(secs => $2::float8 / 1000), exclusive = false, confirmed = true
    where id = $1`,
};

/**
 * $1 create that was ended while its call was under way, $2 how long a call may take in ms, $3 whether it was accepted. The
 * call was answered: it makes nothing any more, and a delete that waited for that is sent. Not where an earlier call of it
 * was left unanswered.
 */
export const CALL_ENDED = {
  name: 'call-ended',
  text: `with quiet as (
      update service_instance i set quiet_after = osb_now()
      from operation o
      where o.id = $1 and o.kind = 'provision' and o.state = 'failed' and o.attempts = 0
        and i.incarnation = o.instance_incarnation and i.deleted_at is null and i.quiet_after = o.call_deadline_at + ${callLength('o', '$2')}
      returning i.incarnation
    )
    update operation d
    set gone_counts_after = case when $3::boolean then d.gone_counts_after end,
        next_attempt_at = case when d.leased_by is null and d.step = 'send' then osb_now() else d.next_attempt_at end
    from quiet
    where d.instance_incarnation = quiet.incarnation and d.kind = 'deprovision' and d.state = 'running' and d.parked_at is null
    returning 1`,
};
