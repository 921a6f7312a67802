import { OPERATION_COLUMNS } from './columns.js';

/**
 * $1 platform, $2 digest of the instance id, $3 operation or null. Of all incarnations: the one that has the operation,
 * else the newest. Without an id, clean-ups of the gateway do not count: the platform did not ask for them.
 */
export const FIND_INSTANCE_OPERATION = {
  name: 'find-instance-operation',
  text: `select i.state as life_state, ${OPERATION_COLUMNS}
    from service_instance i
    left join lateral (
      select * from operation
      where instance_incarnation = i.incarnation and binding_incarnation is null
        and (id = $3 or ($3::text is null and initiator = 'platform'))
      order by created_at desc, id desc limit 1
    ) o on true
    where i.platform_id = $1 and osb_key(i.instance_id) = $2
    order by ($3::text is not null and o.id is not null) desc, i.created_at desc, i.incarnation desc limit 1`,
};

/** As above, $4 digest of the binding id. */
export const FIND_BINDING_OPERATION = {
  name: 'find-binding-operation',
  text: `select b.state as life_state, ${OPERATION_COLUMNS}
    from service_instance i
    join service_binding b on b.instance_incarnation = i.incarnation and osb_key(b.binding_id) = $4
    left join lateral (
      select * from operation
      where binding_incarnation = b.incarnation and (id = $3 or ($3::text is null and initiator = 'platform'))
      order by created_at desc, id desc limit 1
    ) o on true
    where i.platform_id = $1 and osb_key(i.instance_id) = $2
    order by ($3::text is not null and o.id is not null) desc, b.created_at desc, b.incarnation desc limit 1`,
};
