/** $1 operation, $2 epoch, $3 the last cause or null for what was kept before, $4 what is known of the call sent last. */
export const PARK = {
  name: 'park',
  text: `update operation set leased_by = null, leased_until = null, parked_at = osb_now(), last_cause = coalesce($3, last_cause),
      call_deadline_at = case when $4::text = 'over' then osb_now() else call_deadline_at end
    where id = $1 and state = 'running' and epoch = $2 and leased_by is not null
    returning 1`,
};
