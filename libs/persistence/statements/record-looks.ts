import { nextLook } from './next-attempt.js';

/**
 * $1 operations, $2 epochs, $3 pauses in ms, $4 descriptions and $5 last causes, or null for what was said before, $6 whether the
 * operation was not known to its backend, or null where no poll was answered, as columns of one table.
 * What RECORD_PAUSE does where nothing was sent, for many operations at once: thousands of open ones are polled all the time.
 * Locks them in one order, or two gateways that both believe to hold the same ones could wait for each other.
 */
export const RECORD_LOOKS = {
  name: 'record-looks',
  text: `with look as (
      select o.id, look.pause_ms, look.description, look.last_cause, look.not_found
      from unnest($1::text[], $2::bigint[], $3::float8[], $4::text[], $5::text[], $6::boolean[])
          as look (id, epoch, pause_ms, description, last_cause, not_found)
        join operation o on o.id = look.id
      where o.epoch = look.epoch and o.state = 'running' and o.leased_by is not null
      order by o.id for no key update of o
    )
    update operation o
    set leased_by = null, leased_until = null, next_attempt_at = ${nextLook('look.pause_ms')},
      description = coalesce(look.description, o.description), last_cause = coalesce(look.last_cause, o.last_cause),
      not_found_polls = case look.not_found when true then o.not_found_polls + 1 when false then 0 else o.not_found_polls end,
      not_found_since = case look.not_found when true then coalesce(o.not_found_since, osb_now()) when false then null else o.not_found_since end
    from look where o.id = look.id
    returning o.id`,
};
