/**
 * When an operation is taken up again: after the pause, and once when its ceiling passes. However long a backend asks to
 * be left alone, what is given up then is given up in time.
 */
export function nextAttempt(pauseMs: string): string {
  const after = `osb_now() + make_interval(secs => ${pauseMs}::float8 / 1000)`;
  return `case when ceiling_at > osb_now() then least(ceiling_at, ${after}) else ${after} end`;
}

/** As above, and as soon as the call that was sent is over where a create or update is sent again only then. */
export function nextLook(pauseMs: string): string {
  const isSentLater = `step = 'send' and kind in ('provision', 'update', 'bind') and call_deadline_at > osb_now()`;
  return `least(${nextAttempt(pauseMs)}, case when ${isSentLater} then call_deadline_at end)`;
}
