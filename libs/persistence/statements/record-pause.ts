/** $1 operation, $2 epoch, $3 pause in ms. */
export const RECORD_PAUSE = {
  name: 'record-pause',
  text: `update operation
    set leased_by = null, leased_until = null, next_attempt_at = osb_now() + make_interval(secs => $3::float8 / 1000)
    where id = $1 and state = 'running' and epoch = $2
    returning 1`,
};
