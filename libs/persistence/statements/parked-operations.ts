/** $1 operation, $2 how long it may be tried, in ms. Nothing where it is not parked. */
export const UNPARK = {
  name: 'unpark',
  text: `update operation
    set parked_at = null, attempts = 0, next_attempt_at = osb_now(), ceiling_at = osb_now() + make_interval(secs => $2::float8 / 1000)
    where id = $1 and state = 'running' and parked_at is not null
    returning id`,
};

/** $1 operation, $2 owner, $3 lease in ms. A parked operation for whoever is to end it; should they die, it is tried again. */
export const TAKE_PARKED = {
  name: 'take-parked',
  text: `update operation
    set parked_at = null, next_attempt_at = osb_now(), epoch = epoch + 1, leased_by = $2,
        leased_until = osb_now() + make_interval(secs => $3::float8 / 1000)
    where id = $1 and state = 'running' and parked_at is not null
    returning id`,
};

/** $1 operation that nobody has seen yet. */
export const PARK_NEW = { name: 'park-new', text: 'update operation set parked_at = osb_now() where id = $1' };

export const COUNT_PARKED = {
  name: 'count-parked',
  text: `select backend_id, count(*)::integer as count from operation
    where state = 'running' and parked_at is not null group by backend_id`,
};
