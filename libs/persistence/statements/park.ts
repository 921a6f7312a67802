/** $1 operation, $2 epoch. */
export const PARK = {
  name: 'park',
  text: `update operation set leased_by = null, leased_until = null, parked_at = osb_now()
    where id = $1 and state = 'running' and epoch = $2 and leased_by is not null
    returning 1`,
};
