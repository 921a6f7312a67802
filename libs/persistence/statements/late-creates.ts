/** $1 operation of a locked instance: who holds it, and what became of what it should make. */
export const FIND_LATE = {
  name: 'find-late',
  text: `select o.state, o.epoch::integer as epoch, i.deleted_at is not null as instance_deleted, b.deleted_at is not null as binding_deleted,
      exists (
        select from operation d
        where d.instance_incarnation = o.instance_incarnation and d.kind in ('deprovision', 'unbind')
          and (d.binding_incarnation is null or d.binding_incarnation = o.binding_incarnation)
          and d.state = 'running' and d.leased_by is not null
      ) as being_deleted
    from operation o
      join service_instance i on i.incarnation = o.instance_incarnation
      left join service_binding b on b.incarnation = o.binding_incarnation
    where o.id = $1`,
};

/** $1 incarnation, $2 ms from now until which a delete does not count. */
export const UNQUIET_INSTANCE = {
  name: 'unquiet-instance',
  text: `update service_instance
    set quiet_after = greatest(quiet_after, osb_now() + make_interval(secs => $2::float8 / 1000)) where incarnation = $1`,
};

/** $1 incarnation, $2 ms from now until which a delete does not count. */
export const UNQUIET_BINDING = {
  name: 'unquiet-binding',
  text: `update service_binding
    set quiet_after = greatest(quiet_after, osb_now() + make_interval(secs => $2::float8 / 1000)) where incarnation = $1`,
};
