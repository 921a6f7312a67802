/**
 * $1 owner, $2 lease in ms, $3 operations. The first holder knows that they were committed, and confirms them. Whoever took
 * one over knows nothing of the request behind it.
 */
export const EXTEND_LEASES = {
  name: 'extend-leases',
  text: `update operation set leased_until = osb_now() + make_interval(secs => $2::float8 / 1000),
      confirmed = confirmed or epoch = 1
    where id = any($3::text[]) and leased_by = $1 and state = 'running'
    returning id`,
};

/** $1 operation, of which a request that has seen it is answered now. Writes nothing where that is known. */
export const CONFIRM = {
  name: 'confirm',
  text: `update operation set confirmed = true where id = $1 and state in ('queued', 'running') and not confirmed`,
};
