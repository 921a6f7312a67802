import { TASK_COLUMNS, TASK_JOINS } from './columns.js';

/**
 * $1 owner, $2 lease in ms, $3 most, $4 how long a call may take in ms: a mutation is sent again by somebody else only
 * when the earlier call cannot be under way any more.
 */
export const CLAIM_DUE = {
  name: 'claim-due',
  text: `with due as (
      select id from operation
      where state = 'running' and next_attempt_at <= osb_now() and (leased_until is null or leased_until < osb_now())
      order by next_attempt_at limit $3 for update skip locked
    ), o as (
      update operation
      set leased_by = $1, leased_until = osb_now() + make_interval(secs => $2::float8 / 1000), epoch = epoch + 1,
          attempts = attempts + 1,
          next_attempt_at = case step when 'send' then osb_now() + make_interval(secs => $4::float8 / 1000) else osb_now() end
      from due where operation.id = due.id
      returning operation.*
    )
    select ${TASK_COLUMNS} from o ${TASK_JOINS}`,
};
