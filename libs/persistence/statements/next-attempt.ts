/**
 * When an operation is taken up again: after the pause, and once when its ceiling passes. However long a backend asks to
 * be left alone, what is given up then is given up in time.
 */
export function nextAttempt(pauseMs: string): string {
  const after = `osb_now() + make_interval(secs => ${pauseMs}::float8 / 1000)`;
  return `case when ceiling_at > osb_now() then least(ceiling_at, ${after}) else ${after} end`;
}
