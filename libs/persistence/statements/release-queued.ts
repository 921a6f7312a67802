/** $1 incarnation. */
export const LOCK_INCARNATION = {
  name: 'lock-incarnation',
  text: `select 1 from service_instance where incarnation = $1 for update`,
};

/**
 * $1 incarnation of a locked instance, $2 how long a call may take in ms. A queued delete
 * runs when nothing else does that it must wait for, not before the create's own call is over; it has nothing left to do
 * where its instance or binding is deleted already.
 */
export const RELEASE_QUEUED = {
  name: 'release-queued',
  text: `with candidate as (
      select q.id,
        i.deleted_at is not null or exists (
          select from service_binding b where b.incarnation = q.binding_incarnation and b.deleted_at is not null
        ) as gone,
        (select b.quiet_after from service_binding b where b.incarnation = q.binding_incarnation) as binding_quiet_after,
        i.quiet_after as instance_quiet_after,
        not exists (
          select from operation r
          where r.instance_incarnation = q.instance_incarnation and r.state = 'running'
            and (q.binding_incarnation is null or r.exclusive or q.exclusive or r.binding_incarnation = q.binding_incarnation)
        ) as free
      from operation q join service_instance i on i.incarnation = q.instance_incarnation
      where q.instance_incarnation = $1 and q.state = 'queued'
      order by q.kind = 'deprovision', q.created_at, q.id limit 1
    )
    update operation o
    set state = case when c.gone then 'succeeded' else 'running' end,
        finished_at = case when c.gone then osb_now() end,
        next_attempt_at = case when not c.gone then greatest(osb_now(),
          coalesce(c.binding_quiet_after, c.instance_quiet_after) - make_interval(secs => $2::float8 / 1000)) end
    from candidate c
    where o.id = c.id and o.state = 'queued' and (c.gone or c.free)
    returning o.id`,
};

/** Instances with a queued delete and nothing running. */
export const FIND_FORGOTTEN = {
  name: 'find-forgotten',
  text: `select distinct o.instance_incarnation as incarnation from operation o
    where o.state = 'queued' and not exists (
      select from operation r where r.instance_incarnation = o.instance_incarnation and r.state = 'running'
    ) limit 100`,
};
