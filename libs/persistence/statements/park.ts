/** $1 operation, $2 epoch, $3 the last cause or null for what was kept before. */
export const PARK = {
  name: 'park',
  text: `update operation set leased_by = null, leased_until = null, parked_at = osb_now(), last_cause = coalesce($3, last_cause)
    where id = $1 and state = 'running' and epoch = $2 and leased_by is not null
    returning 1`,
};
