/** $1 retention in ms. Operations and bindings of a deleted instance go with it. */
export const PURGE_INSTANCES = {
  name: 'purge-instances',
  text: `delete from service_instance where deleted_at < osb_now() - make_interval(secs => $1::float8 / 1000)
    and not exists (select from operation o where o.instance_incarnation = incarnation and o.state in ('queued', 'running'))`,
};

export const PURGE_BINDINGS = {
  name: 'purge-bindings',
  text: `delete from service_binding b where b.deleted_at < osb_now() - make_interval(secs => $1::float8 / 1000)
    and not exists (select from operation o where o.binding_incarnation = b.incarnation and o.state in ('queued', 'running'))`,
};

/** The newest operation of what still lives is kept, however old. */
export const PURGE_OPERATIONS = {
  name: 'purge-operations',
  text: `delete from operation o where o.finished_at < osb_now() - make_interval(secs => $1::float8 / 1000)
    and exists (
      select from operation newer
      where newer.instance_incarnation = o.instance_incarnation
        and newer.binding_incarnation is not distinct from o.binding_incarnation and newer.created_at > o.created_at
    )`,
};
