/** $1 owner, $2 lease in ms, $3 operations. */
export const EXTEND_LEASES = {
  name: 'extend-leases',
  text: `update operation set leased_until = osb_now() + make_interval(secs => $2::float8 / 1000)
    where id = any($3::text[]) and leased_by = $1 and state = 'running'
    returning id`,
};
