import { instanceFirst } from './lock-instance.js';

/**
 * $1 operation, $2 how long it may be tried, in ms. Nothing where it is not parked. One that was parked as soon as it was
 * made may not have been let run yet. The call is sent: a backend that said for a week that it is getting on is not asked
 * how it is getting on for another.
 */
export const UNPARK = {
  name: 'unpark',
  text: `update operation
    set parked_at = null, attempts = 0, step = 'send', poll_token = null, next_attempt_at = osb_now(), ceiling_at = osb_now() + make_interval(secs => $2::float8 / 1000)
    where id = $1 and state in ('queued', 'running') and parked_at is not null
    returning id`,
};

/** $1 operation of a locked instance, $2 the request that asks for it now. */
export const JOIN = { name: 'join', text: 'update operation set request_id = $2 where id = $1' };

const { lock } = instanceFirst('true');

/** $1 operation. */
export const LOCK_PARKED = {
  name: 'lock-parked',
  text: `with ${lock}
    select o.id from operation o join locked on locked.incarnation = o.instance_incarnation
    where o.id = $1 and o.state = 'running' and o.parked_at is not null for no key update of o`,
};

/** $1 operation that nobody has seen yet. */
export const PARK_NEW = { name: 'park-new', text: 'update operation set parked_at = osb_now() where id = $1' };

/** What has ended is not parked any more. */
export const COUNT_PARKED = {
  name: 'count-parked',
  text: 'select backend_id, count(*)::integer as count from operation where parked_at is not null group by backend_id',
};
