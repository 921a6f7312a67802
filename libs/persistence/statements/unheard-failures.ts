import { OPERATION_COLUMNS } from './columns.js';

/** $1 platform, $2 digest of the instance id: the create whose failure its platform has not heard of. */
export const FIND_UNHEARD_PROVISION = {
  name: 'find-unheard-provision',
  text: `select ${OPERATION_COLUMNS}
    from service_instance i join operation o on o.instance_incarnation = i.incarnation and o.kind = 'provision'
    where i.platform_id = $1 and osb_key(i.instance_id) = $2 and i.failure_unheard
    order by o.created_at desc limit 1`,
};

/** As above, $3 digest of the binding id. */
export const FIND_UNHEARD_BIND = {
  name: 'find-unheard-bind',
  text: `select ${OPERATION_COLUMNS}
    from service_instance i
    join service_binding b on b.instance_incarnation = i.incarnation and osb_key(b.binding_id) = $3 and b.failure_unheard
    join operation o on o.binding_incarnation = b.incarnation and o.kind = 'bind'
    where i.platform_id = $1 and osb_key(i.instance_id) = $2 and i.deleted_at is null
    order by o.created_at desc limit 1`,
};

/** $1 platform, $2 digest of the instance id, $3 incarnation or null for all of them. */
export const HEAR_PROVISION = {
  name: 'hear-provision',
  text: `update service_instance set failure_unheard = false
    where platform_id = $1 and osb_key(instance_id) = $2 and failure_unheard and ($3::uuid is null or incarnation = $3)`,
};

/** As above, $3 is the binding's, $4 digest of the binding id. */
export const HEAR_BIND = {
  name: 'hear-bind',
  text: `update service_binding b set failure_unheard = false
    from service_instance i
    where i.platform_id = $1 and osb_key(i.instance_id) = $2 and b.instance_incarnation = i.incarnation
      and osb_key(b.binding_id) = $4 and b.failure_unheard and ($3::uuid is null or b.incarnation = $3)`,
};
