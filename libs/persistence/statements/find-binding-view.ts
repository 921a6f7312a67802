import { BINDING_COLUMNS, INSTANCE_COLUMNS, OPERATION_COLUMNS } from './columns.js';

/**
 * $1 platform, $2 digest of the instance id, $3 digest of the binding id. As FIND_INSTANCE, with the binding where there
 * is one. In one statement: read one after the other, a binding can be there whose bind is not, and a request sent again
 * would be taken for another.
 */
export const FIND_BINDING_VIEW = {
  name: 'find-binding-view',
  text: `select ${INSTANCE_COLUMNS}, ${OPERATION_COLUMNS}, ${BINDING_COLUMNS}, exists (
      select from service_binding unheard
      where unheard.instance_incarnation = i.incarnation and osb_key(unheard.binding_id) = $3 and unheard.failure_unheard
    ) as failure_unheard
    from service_instance i
    left join operation o on o.instance_incarnation = i.incarnation and o.state in ('queued', 'running')
    left join service_binding b
      on b.instance_incarnation = i.incarnation and osb_key(b.binding_id) = $3 and b.deleted_at is null
    where i.platform_id = $1 and osb_key(i.instance_id) = $2 and i.deleted_at is null
    order by o.created_at, o.id`,
};
