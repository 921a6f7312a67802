import { callIsOpen } from './columns.js';

/** $1 incarnation of an instance, $2 most: its bindings nobody has begun to remove. */
export const FIND_LEFT_BINDINGS = {
  name: 'find-left-bindings',
  text: `select b.binding_id, b.incarnation from service_binding b
    where b.instance_incarnation = $1 and b.state = 'ready' and b.deleted_at is null
      and not exists (select from operation o where o.binding_incarnation = b.incarnation and o.state in ('queued', 'running'))
    order by b.incarnation limit $2`,
};

/** $1 incarnation of an instance, $2 most: unbinds of the gateway's own that have not ended, the newest first. */
export const FIND_OWN_UNBINDS = {
  name: 'find-own-unbinds',
  text: `select o.id, b.binding_id, (extract(epoch from osb_now() - o.created_at) * 1000)::float8 as age_ms,
      o.step = 'poll' or coalesce(${callIsOpen('o')}, false) as is_at_work
    from operation o join service_binding b on b.incarnation = o.binding_incarnation
    where o.instance_incarnation = $1 and o.kind = 'unbind' and o.initiator = 'gateway' and o.state in ('queued', 'running')
    order by o.created_at desc limit $2`,
};

/** $1 incarnation of an instance, $2 most: its binds that have not ended. */
export const FIND_BINDS_IN_FLIGHT = {
  name: 'find-binds-in-flight',
  text: `select id from operation where instance_incarnation = $1 and kind = 'bind' and state = 'running' limit $2`,
};

/** $1 deprovision, $2 most: bindings of its instance that the gateway has removed since it was asked for. */
export const FIND_REMOVED_BINDINGS = {
  name: 'find-removed-bindings',
  text: `select b.binding_id
    from operation d join operation u on u.instance_incarnation = d.instance_incarnation
      join service_binding b on b.incarnation = u.binding_incarnation
    where d.id = $1 and u.kind = 'unbind' and u.initiator = 'gateway' and u.state = 'succeeded' and u.created_at >= d.created_at
    order by u.created_at limit $2`,
};
