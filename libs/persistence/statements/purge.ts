/** Rows in one transaction: none is held for long, and what somebody else works on is left for the next time. */
export const PURGED_AT_ONCE = 1_000;

const BEFORE = `osb_now() - make_interval(secs => $1::float8 / 1000)`;
const NOTHING_PENDING = `not exists (select from operation o where o.state in ('queued', 'running') and`;

/** $1 retention in ms. Operations and bindings of a deleted instance go with it. */
export const PURGE_INSTANCES = {
  name: 'purge-instances',
  text: `with old as (
      select i.incarnation from service_instance i
      where i.deleted_at < ${BEFORE} and ${NOTHING_PENDING} o.instance_incarnation = i.incarnation)
      limit ${PURGED_AT_ONCE} for update skip locked
    ), purged as (
      delete from service_instance i using old where i.incarnation = old.incarnation returning 1
    )
    select count(*)::integer as purged from purged`,
};

/** $1 retention in ms. */
export const PURGE_BINDINGS = {
  name: 'purge-bindings',
  text: `with old as (
      select b.incarnation from service_binding b
      where b.deleted_at < ${BEFORE} and ${NOTHING_PENDING} o.binding_incarnation = b.incarnation)
      limit ${PURGED_AT_ONCE} for update skip locked
    ), purged as (
      delete from service_binding b using old where b.incarnation = old.incarnation returning 1
    )
    select count(*)::integer as purged from purged`,
};

/** $1 retention in ms. */
export const PURGE_REFUSED_CREATES = {
  name: 'purge-refused-creates',
  text: `with old as (
      select operation_id from refused_create where refused_at < ${BEFORE}
      limit ${PURGED_AT_ONCE} for update skip locked
    ), purged as (
      delete from refused_create r using old where r.operation_id = old.operation_id returning 1
    )
    select count(*)::integer as purged from purged`,
};

/** $1 retention in ms. What a platform asked last of something that lives is kept, however old. */
export const PURGE_OPERATIONS = {
  name: 'purge-operations',
  text: `with old as (
      select o.id from operation o
      where o.created_at < ${BEFORE} and o.finished_at < ${BEFORE} and exists (
        select from operation newer
        where newer.instance_incarnation = o.instance_incarnation and newer.initiator = 'platform'
          and newer.binding_incarnation is not distinct from o.binding_incarnation
          and (newer.created_at, newer.id) > (o.created_at, o.id)
      )
      limit ${PURGED_AT_ONCE} for update skip locked
    ), purged as (
      delete from operation o using old where o.id = old.id returning 1
    )
    select count(*)::integer as purged from purged`,
};
